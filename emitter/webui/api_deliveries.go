package webui

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/text"
)

const (
	// apiRows is the default of limit, and maxAPIRows its maximum.
	apiRows, maxAPIRows = 20, 200
	// maxListed is how many deliveries one request can name.
	maxListed = 10000
)

// deliveriesObject is a page of the list.
type deliveriesObject struct {
	Deliveries []history.Delivery `json:"deliveries"`
	Next       string             `json:"next,omitempty"` // the URL of the next page
}

func (h *Handler) apiDeliveries(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	q := r.URL.Query()
	v, err := h.parseAPIView(r.Context(), q, "limit")
	if err != nil {
		return 0, nil, err
	}
	limit := apiRows
	if s := q.Get("limit"); s != "" {
		if limit, err = strconv.Atoi(s); err != nil || limit < 1 || limit > maxAPIRows {
			return 0, nil, fmt.Errorf("limit is %q; want a number from 1 to %d", s, maxAPIRows)
		}
	}
	filter := v.filter
	filter.Whole, filter.Limit = true, limit+1
	page := deliveriesObject{Deliveries: []history.Delivery{}}
	for d, err := range h.opt.History.List(r.Context(), filter) {
		if err != nil {
			return 0, nil, err
		}
		if len(page.Deliveries) == limit {
			q.Set("before", strconv.FormatInt(page.Deliveries[limit-1].ID, 10))
			page.Next = "/api/deliveries?" + q.Encode()
			break
		}
		page.Deliveries = append(page.Deliveries, d)
	}
	return http.StatusOK, page, nil
}

// parseAPIView returns the view of a query. It returns an error for the first key that is unknown or has an invalid value. more are
// the keys that it ignores.
func (h *Handler) parseAPIView(ctx context.Context, q url.Values, more ...string) (view, error) {
	v, err := h.parseView(ctx, q)
	if err != nil {
		return v, err
	}
	for key := range q {
		if err := text.OneOf("parameter", key, append(filterKeys(), more...)); err != nil {
			return v, err
		}
	}
	return v, v.err()
}

func (h *Handler) apiDelivery(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	d, err := h.deliveryOf(r)
	return http.StatusOK, d, err
}

// deliveryOf returns the delivery that the path names.
func (h *Handler) deliveryOf(r *http.Request) (history.Delivery, error) {
	id, err := pathNumber(r)
	if err != nil {
		return history.Delivery{}, err
	}
	d, err := h.opt.History.Get(r.Context(), id)
	if errors.Is(err, history.ErrNotFound) {
		err = withStatus(http.StatusNotFound, fmt.Errorf("there is no delivery %d in the history", id))
	}
	return d, err
}

// apiDelete removes the deliveries of a filter, or those that the query names as id.
func (h *Handler) apiDelete(w http.ResponseWriter, r *http.Request) (int, any, error) {
	q := r.URL.Query()
	v, err := h.parseAPIView(r.Context(), q, "id")
	if err != nil {
		return 0, nil, err
	}
	condition := history.Condition{Filter: v.filter}
	if condition.IDs, err = parseIDs(q["id"]); err != nil {
		return 0, nil, err
	}
	if len(condition.IDs) > 0 && v.Filtered() {
		return 0, nil, errors.New("give id or a filter, not both")
	}
	noDeadline(w)
	done, err := h.opt.History.Prune(r.Context(), condition)
	if errors.Is(err, history.ErrNoCondition) {
		err = errors.New("the filter is empty, so every delivery would be deleted; give one, such as ?since=1h or ?id=42")
	}
	return http.StatusOK, struct {
		Deleted int64 `json:"deleted"`
	}{done.Deliveries}, err
}

// parseIDs returns the numbers of deliveries. Each text can hold several, with commas.
func parseIDs(texts []string) (ids []int64, err error) {
	for _, one := range texts {
		for word := range strings.SplitSeq(one, ",") {
			id, err := strconv.ParseInt(word, 10, 64)
			if err != nil || id < 1 {
				return nil, fmt.Errorf("id is %q; want the number of a delivery", word)
			}
			ids = append(ids, id)
		}
	}
	if len(ids) > maxListed {
		return nil, fmt.Errorf("%d deliveries are named; at most %d can be", len(ids), maxListed)
	}
	return ids, nil
}

// resendRequest is how a delivery is sent again. The zero value signs it again for the same URL.
type resendRequest struct {
	Exact  bool                       `json:"exact"`
	URL    string                     `json:"url"`
	Secret *string                    `json:"secret"`
	Set    map[string]json.RawMessage `json:"set"`
	Unset  []string                   `json:"unset"`
}

func (h *Handler) apiResend(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var ask resendRequest
	if err := readJSON(r, &ask); err != nil {
		return 0, nil, err
	}
	d, err := h.deliveryOf(r)
	if err != nil {
		return 0, nil, err
	}
	how := resendSpec{How: "again", URL: ask.URL, Secret: ask.Secret}
	if ask.URL != "" {
		how.How = "elsewhere"
	}
	if how.Edits, err = jsonEdits(ask.Set, ask.Unset); err != nil {
		return 0, nil, err
	}
	if ask.Exact {
		if ask.URL != "" || ask.Secret != nil || len(how.Edits) > 0 {
			return 0, nil, errors.New("exact sends the recorded bytes; leave url, secret, set and unset out")
		}
		how.How = "exact"
	}
	hook, planned, err := h.planResend(&d, how)
	if err != nil {
		return 0, nil, err
	}
	sent, err := h.sendNow(w, &hook, planned)
	return http.StatusOK, sent, err
}

// leadObject is a lead with its deliveries, newest first.
type leadObject struct {
	Lead       string             `json:"lead"`
	Name       string             `json:"name"`
	Email      string             `json:"email"`
	Phone      string             `json:"phone"`
	Event      json.RawMessage    `json:"event"` // the body of the last event; null if that is not JSON
	Deliveries []history.Delivery `json:"deliveries"`
	More       bool               `json:"more"` // there are older deliveries
}

func (h *Handler) apiLead(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	id, err := h.opt.History.FindLead(r.Context(), r.PathValue("id"))
	if err != nil {
		return 0, nil, err
	}
	lead := leadObject{Lead: id}
	for d, err := range h.opt.History.List(r.Context(), history.Filter{Lead: id, Whole: true, Limit: maxAPIRows + 1}) {
		if err != nil {
			return 0, nil, err
		}
		if lead.More = len(lead.Deliveries) == maxAPIRows; !lead.More {
			lead.Deliveries = append(lead.Deliveries, d)
		}
	}
	if len(lead.Deliveries) == 0 {
		return 0, nil, withStatus(http.StatusNotFound, fmt.Errorf("the history has no lead %q", r.PathValue("id")))
	}
	last, err := h.opt.History.LastOfLead(r.Context(), id)
	if err != nil {
		return 0, nil, err
	}
	person := last.Person()
	lead.Name, lead.Email, lead.Phone = person.Name, person.Email, person.Phone
	if json.Valid(last.Request.Body) {
		lead.Event = last.Request.Body
	}
	return http.StatusOK, lead, nil
}

// apiEvents streams new and changed deliveries as server-sent events. The query has the filters, and after; the header Last-Event-ID
// of a client that connects again replaces it. Without both, the stream begins with the next delivery.
func (h *Handler) apiEvents(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		q.Set("after", id)
	}
	v, err := h.parseAPIView(r.Context(), q)
	if err != nil {
		writeError(w, statusOf(err), err)
		return
	}
	opt := history.WatchOptions{Filter: v.filter, After: v.filter.After}
	opt.Filter.Whole, opt.Filter.After = true, 0
	if opt.After == 0 {
		last, err := h.opt.History.Last(r.Context())
		if err != nil && !errors.Is(err, history.ErrNotFound) {
			writeError(w, statusOf(err), err)
			return
		}
		opt.After = last.ID
	}
	if err := h.serveEvents(w, r, opt, deliveryEvents); err != nil {
		writeError(w, statusOf(err), err)
	}
}

// deliveryEvents returns each delivery as a server-sent event.
func deliveryEvents(deliveries []history.Delivery) []byte {
	var b []byte
	for i := range deliveries {
		object, err := text.EncodeJSON(&deliveries[i])
		if err != nil {
			continue // a delivery can always be encoded
		}
		b = fmt.Appendf(b, "event: delivery\nid: %d\ndata: %s\n\n", deliveries[i].ID, object)
	}
	return b
}

// sendNow sends a delivery and waits for its outcome, with retries. It goes on if the client disconnects.
func (h *Handler) sendNow(w http.ResponseWriter, hook *emitter.Webhook, planned history.Delivery) (history.Delivery, error) {
	done, ok := h.begin()
	if !ok {
		return planned, errStopping
	}
	defer done()
	select {
	case h.sending <- struct{}{}:
		defer func() { <-h.sending }()
	default:
		return planned, errBusy
	}
	noDeadline(w) // a receiver may take longer than the write timeout of the server
	return h.emitter.Send(h.ctx, hook, planned, nil)
}
