package webui

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"artihook/emitter/history"
	"artihook/emitter/payload"
)

// pageRows is the maximum number of deliveries on a page of the list.
const pageRows = 100

// listData is the data of the list template.
type listData struct {
	View    view
	Rows    []row
	Empty   bool   // the history is empty
	Older   string // the URL of the next page; "" on the last page
	Newer   string // the URL of the page before; "" on the first page
	Live    string // the URL of the events with new deliveries; "" on a later page
	Newest  int64  // the newest delivery
	Summary summary
	// Conversation is the URL of the lead that the filter selects; "" if it selects none or the lead has no delivery.
	Conversation string

	States, Times []chip
	Webhooks      []string
	Actions       []payload.Action
	Sources       []string
	Statuses      []string
}

// MoreFilters reports whether a filter without a chip is set. On a narrow screen, its field is hidden otherwise.
func (l *listData) MoreFilters() bool {
	for _, key := range []string{"grep", "webhook", "event", "source", "lead"} {
		if l.View.Values[key] != "" {
			return true
		}
	}
	on := func(c chip) bool { return c.On }
	return len(l.View.Problems) > 0 || !slices.ContainsFunc(l.States, on) || !slices.ContainsFunc(l.Times, on)
}

// chip is a link that sets a part of the filter.
type chip struct {
	Label, URL string
	On         bool
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	v, err := h.parseView(r.Context(), q)
	if err != nil {
		h.serverError(w, err)
		return
	}
	// A form also sends its empty fields. Remove them from the address.
	if slices.ContainsFunc(filterKeys(), func(key string) bool { return q.Has(key) && q.Get(key) == "" }) {
		http.Redirect(w, r, "/?"+v.query(), http.StatusSeeOther)
		return
	}
	data, err := h.listData(r.Context(), v)
	if err != nil {
		h.serverError(w, err)
		return
	}
	status := http.StatusOK
	if len(v.Problems) > 0 {
		status = http.StatusBadRequest
	}
	h.show(w, status, "list", layoutData{Title: "Deliveries", Here: "deliveries", Data: &data})
}

func (h *Handler) listData(ctx context.Context, v view) (listData, error) {
	data := listData{
		View: v, Actions: payload.Actions[:], Sources: history.Sources(), Statuses: append([]string{"2xx", "4xx", "5xx"}, history.StatusNames()...),
		States: []chip{v.chip("All", "status", ""), v.chip("Failed", "status", history.StatusFailed), v.chip("Unknown", "status", history.ErrorUnknown)},
		Times: []chip{
			v.chip("Any time", "since", "", "until", ""), v.chip("Last hour", "since", "1h", "until", ""),
			v.chip("Today", "since", "today", "until", ""), v.chip("Yesterday", "since", "yesterday", "until", "today"),
		},
	}
	last, err := h.opt.History.Last(ctx)
	if err != nil && !errors.Is(err, history.ErrNotFound) {
		return data, err
	}
	data.Empty, data.Newest = err != nil, last.ID
	if data.Webhooks, err = h.webhookNames(ctx); err != nil {
		return data, err
	}
	if err := h.addRows(ctx, &data); err != nil {
		return data, err
	}
	if len(data.Rows) > 0 {
		data.Conversation = leadURL(v.filter.Lead)
	}
	data.Summary, err = h.summary(ctx, v)
	return data, err
}

// chip returns the link that sets these keys to these values.
func (v view) chip(label string, changes ...string) chip {
	on := true
	for i := 0; i+1 < len(changes); i += 2 {
		on = on && v.Values[changes[i]] == changes[i+1]
	}
	return chip{label, v.URL(changes...), on}
}

// addRows adds a page of deliveries and the links to the pages next to it.
func (h *Handler) addRows(ctx context.Context, data *listData) error {
	filter, names := data.View.filter, h.people()
	upwards := filter.After > 0 // the page above a delivery
	if filter.Oldest = upwards; !upwards {
		filter.Limit = pageRows + 1
	}
	more := false
	for d, err := range h.opt.History.List(ctx, filter) {
		if err != nil {
			return err
		}
		if more = len(data.Rows) == pageRows; more {
			break
		}
		row, err := h.namedRow(ctx, &d, names)
		if err != nil {
			return err
		}
		data.Rows = append(data.Rows, row)
	}
	if upwards {
		slices.Reverse(data.Rows)
	}
	first := !upwards && filter.Before == 0 || upwards && !more
	if first {
		data.Live = "/events?" + data.View.valid().query("before", "")
	}
	if len(data.Rows) == 0 {
		if !first {
			data.Newer = data.View.URL("before", "")
		}
		return nil
	}
	top, bottom := data.Rows[0].ID, data.Rows[len(data.Rows)-1].ID
	data.Newest = max(data.Newest, top)
	if !first {
		data.Newer = data.View.URL("after", number(top))
	}
	if more || upwards {
		data.Older = data.View.URL("before", number(bottom))
	}
	return nil
}

// webhookNames returns the names in the history and the configured ones.
func (h *Handler) webhookNames(ctx context.Context) ([]string, error) {
	names, err := h.opt.History.Webhooks(ctx)
	for i := range h.opt.Webhooks {
		if name := h.opt.Webhooks[i].Name; name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// serverError shows an error of this program.
func (h *Handler) serverError(w http.ResponseWriter, err error) {
	h.problem(w, http.StatusInternalServerError, err.Error())
}
