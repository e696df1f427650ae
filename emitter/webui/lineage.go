package webui

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
)

// shownResends is how many of a delivery's resends its page names, the newest.
const shownResends = 10

// lineage is what a delivery sends again, and what sends it again.
type lineage struct {
	Of      int64  // the number of the delivery that this one sends again; 0 for none
	Earlier *row   // that delivery; nil where the history does not hold it
	Body    string // how the body of its answer compares; "" where not both have one
	Later   []row  // those that send this one again, the oldest first
	More    bool   // there are older ones
}

func (h *Handler) lineage(ctx context.Context, d *history.Delivery) (lineage, error) {
	l := lineage{Of: d.ResendOf}
	if d.ResendOf > 0 {
		earlier, err := h.opt.History.Get(ctx, d.ResendOf)
		if err != nil && !errors.Is(err, history.ErrNotFound) {
			return l, err
		}
		if err == nil {
			line := h.row(&earlier)
			l.Earlier, l.Body = &line, compareBodies(earlier.Response, d.Response)
		}
	}
	for later, err := range h.opt.History.List(ctx, history.Filter{ResendOf: d.ID, Limit: shownResends + 1}) {
		if err != nil {
			return l, err
		}
		if l.More = len(l.Later) == shownResends; !l.More {
			l.Later = append(l.Later, h.row(&later))
		}
	}
	slices.Reverse(l.Later)
	return l, nil
}

func compareBodies(before, now *exchange.Response) string {
	switch {
	case before == nil || now == nil || len(before.Body)+len(now.Body) == 0:
		return ""
	case bytes.Equal(before.Body, now.Body):
		return "with the same body"
	}
	return "with another body"
}
