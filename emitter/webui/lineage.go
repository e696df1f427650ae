package webui

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
)

// shownResends is the maximum number of resends on the page of a delivery.
const shownResends = 10

// lineage has the deliveries that a delivery is a resend of, and its resends.
type lineage struct {
	Of      int64  // the number of the delivery that this one is a resend of; 0 is none
	Earlier *row   // that delivery; nil if it is not in the history
	Body    string // how the body of the response differs from Earlier's; "" if one of them has no response
	Later   []row  // the resends, oldest first
	More    bool   // there are older resends
}

func (h *Handler) lineage(ctx context.Context, d *history.Delivery) (lineage, error) {
	l := lineage{Of: d.ResendOf}
	if d.ResendOf > 0 {
		earlier, err := h.opt.History.Get(ctx, d.ResendOf)
		if err != nil && !errors.Is(err, history.ErrNotFound) {
			return l, err
		}
		if err == nil {
			row := h.row(&earlier)
			l.Earlier, l.Body = &row, compareBodies(earlier.Response, d.Response)
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
