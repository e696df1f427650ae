package webui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"

	"github.com/google/uuid"
)

// pageRows is the maximum number of deliveries on a page of the list.
const pageRows = 100

// view is the query of a list: the selected deliveries.
type view struct {
	Webhook, Event, Status, Lead, Grep string
	Before                             int64
}

// filterKeys are the names in the query of a list. They are those of the flags of history list.
var filterKeys = [...]string{"webhook", "event", "status", "lead", "grep", "before"}

func parseView(q url.Values) (view, error) {
	v := view{
		Webhook: q.Get("webhook"), Status: q.Get("status"), Lead: normalizeLead(q.Get("lead")), Grep: q.Get("grep"),
	}
	if event := q.Get("event"); event != "" {
		action, err := payload.ParseAction(event)
		if err != nil {
			return v, err
		}
		v.Event = string(action)
	}
	if before := q.Get("before"); before != "" {
		var err error
		if v.Before, err = strconv.ParseInt(before, 10, 64); err != nil || v.Before < 1 {
			return v, fmt.Errorf("before is %q; want the number of a delivery", before)
		}
	}
	if v.Status != "" {
		if err := emitter.CheckStatus(v.Status); err != nil {
			return v, fmt.Errorf("the status is %q; %w", v.Status, err)
		}
	}
	return v, nil
}

func (v view) filter() history.Filter {
	f := history.Filter{Webhook: v.Webhook, Status: v.Status, Lead: v.Lead, Grep: v.Grep, Before: v.Before}
	if v.Event != "" {
		f.Event = payload.Action(v.Event).Event()
	}
	return f
}

// query returns the query of the view, without empty values and without a question mark.
func (v view) query() string {
	q := url.Values{}
	for key, value := range map[string]string{"webhook": v.Webhook, "event": v.Event, "status": v.Status, "lead": v.Lead, "grep": v.Grep} {
		if value != "" {
			q.Set(key, value)
		}
	}
	if v.Before > 0 {
		q.Set("before", strconv.FormatInt(v.Before, 10))
	}
	return q.Encode()
}

// Filtered reports whether the view has a filter other than Before.
func (v view) Filtered() bool {
	v.Before = 0
	return v != view{}
}

// listData is the data of the list template.
type listData struct {
	View   view
	Rows   []row
	Empty  bool   // the history is empty
	Older  string // the URL of the next page; "" on the last page
	Newest string // the URL of the first page; "" on the first page
	Live   string // the URL of the events with new deliveries; "" on a later page
	After  int64  // the newest delivery
	// Conversation is the URL of the lead that the filter selects; "" if it selects none or the lead has no delivery.
	Conversation string

	Webhooks []string
	Actions  []payload.Action
	Statuses []string
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	v, err := parseView(q)
	if err != nil {
		h.problem(w, http.StatusBadRequest, err.Error())
		return
	}
	// A form also sends its empty fields. Remove them from the address.
	if slices.ContainsFunc(filterKeys[:], func(key string) bool { return q.Has(key) && q.Get(key) == "" }) {
		http.Redirect(w, r, "/?"+v.query(), http.StatusSeeOther)
		return
	}
	data, err := h.listData(r.Context(), v)
	if err != nil {
		h.serverError(w, err)
		return
	}
	h.show(w, http.StatusOK, "list", layoutData{Title: "Deliveries", Here: "deliveries", Data: data})
}

func (h *Handler) listData(ctx context.Context, v view) (listData, error) {
	data := listData{View: v, Actions: payload.Actions[:], Statuses: append([]string{"2xx", "4xx", "5xx"}, emitter.StatusNames()...)}
	last, err := h.opt.History.Last(ctx)
	if err != nil && !errors.Is(err, history.ErrNotFound) {
		return data, err
	}
	data.Empty, data.After = err != nil, last.ID
	if data.Webhooks, err = h.webhookNames(ctx); err != nil {
		return data, err
	}
	filter := v.filter()
	filter.Limit = pageRows + 1
	for d, err := range h.opt.History.List(ctx, filter) {
		if err != nil {
			return data, err
		}
		if len(data.Rows) == pageRows {
			older := v
			older.Before = data.Rows[pageRows-1].ID
			data.Older = "/?" + older.query()
			break
		}
		data.Rows = append(data.Rows, h.row(&d))
		data.After = max(data.After, d.ID)
	}
	if len(data.Rows) > 0 {
		data.Conversation = leadURL(v.Lead)
	}
	first := v
	first.Before = 0
	if v.Before > 0 {
		data.Newest = "/?" + first.query()
	} else {
		data.Live = "/events?" + first.query()
	}
	return data, nil
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

// normalizeLead returns a UUID in lower case, as the history has it. Some logs show UUIDs in upper case.
func normalizeLead(text string) string {
	text = strings.TrimSpace(text)
	if id, err := uuid.Parse(text); err == nil && len(text) == len(id.String()) {
		return id.String()
	}
	return text
}
