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

// pageRows is how many deliveries one page of the list has.
const pageRows = 100

// view is what the address of a list says: which deliveries are meant.
type view struct {
	Webhook, Event, Status, Lead, Grep string
	Before                             int64
}

// filterKeys are the names of a list's query, those of the flags of history list.
var filterKeys = [...]string{"webhook", "event", "status", "lead", "grep", "before"}

func parseView(q url.Values) (view, error) {
	v := view{
		Webhook: q.Get("webhook"), Status: q.Get("status"), Lead: leadGiven(q.Get("lead")), Grep: q.Get("grep"),
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
			return v, fmt.Errorf("before is %q; it is the number of a delivery", before)
		}
	}
	return v, checkStatus(v.Status)
}

var errStatus = errors.New("want a code like 204, a class like 5xx, failed, unknown, or the name of a failure like refused")

func checkStatus(status string) error {
	named := slices.Contains(emitter.StatusNames(), status)
	numbered := strings.ContainsAny(status, "0123456789") && (history.Filter{Status: status}).Validate() == nil
	if status == "" || named || numbered {
		return nil
	}
	return fmt.Errorf("the status is %q; %w", status, errStatus)
}

func (v view) filter() history.Filter {
	f := history.Filter{Webhook: v.Webhook, Status: v.Status, Lead: v.Lead, Grep: v.Grep, Before: v.Before}
	if v.Event != "" {
		f.Event = payload.Action(v.Event).Event()
	}
	return f
}

// query is the shortest address of the view, without a question mark.
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

// Filtered tells whether the view leaves something out, apart from where it begins.
func (v view) Filtered() bool {
	v.Before = 0
	return v != view{}
}

// listData is what the list's template sees.
type listData struct {
	View   view
	Rows   []row
	Empty  bool   // nothing was ever recorded
	Older  string // the next page; "" on the last
	Newest string // the first page, when this is a later one
	Live   string // where news comes from; "" on a later page
	After  int64
	// Conversation is the page of the lead that is filtered for; "" when none is, or it has no delivery.
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
	// A form sends its empty fields too; an address to share has none.
	if slices.ContainsFunc(filterKeys[:], func(key string) bool { return q.Has(key) && q.Get(key) == "" }) {
		http.Redirect(w, r, "/?"+v.query(), http.StatusSeeOther)
		return
	}
	data, err := h.listData(r.Context(), v)
	if err != nil {
		h.fault(w, err)
		return
	}
	h.show(w, http.StatusOK, "list", chrome{Title: "Deliveries", Here: "deliveries", Data: data})
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

// webhookNames are those that the history has and those that are known now.
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

// fault shows what went wrong on this side.
func (h *Handler) fault(w http.ResponseWriter, err error) {
	h.problem(w, http.StatusInternalServerError, err.Error())
}

// leadGiven takes a UUID in capitals, as some logs show it, for what it is in the history.
func leadGiven(text string) string {
	text = strings.TrimSpace(text)
	if id, err := uuid.Parse(text); err == nil && len(text) == len(id.String()) {
		return id.String()
	}
	return text
}
