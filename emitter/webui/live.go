package webui

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"artihook/emitter/history"
)

// writeTime is the timeout for writing an event to a live page.
const writeTime = 10 * time.Second

// liveRow is a delivery in an event for a live page.
type liveRow struct {
	ID   int64  `json:"id"`
	HTML string `json:"html"`
}

// events sends new and changed deliveries of a view to a live page, as server-sent events. The query is that of the list, with
// after, the number of the newest delivery on the page, and open, the numbers of its deliveries without an outcome.
func (h *Handler) events(w http.ResponseWriter, r *http.Request) {
	opt, err := h.watchOptions(r.Context(), r.URL.Query())
	if err == nil {
		err = h.serveEvents(w, r, opt, h.rowsEvent)
	}
	if err != nil {
		http.Error(w, sentence(err.Error()), statusOf(err))
	}
}

var errTooMany = withStatus(http.StatusServiceUnavailable, errors.New("too many pages and streams are open; close some of them"))

// serveEvents streams deliveries until the client disconnects or the handler closes. format returns the bytes for some of them.
func (h *Handler) serveEvents(w http.ResponseWriter, r *http.Request, opt history.WatchOptions, format func([]history.Delivery) []byte) error {
	done, ok := h.begin()
	if !ok {
		return errStopping
	}
	defer done()
	select {
	case h.listeners <- struct{}{}:
		defer func() { <-h.listeners }()
	default:
		return errTooMany
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(h.ctx, cancel)()
	h.stream(ctx, w, opt, format)
	return nil
}

func (h *Handler) watchOptions(ctx context.Context, q url.Values) (opt history.WatchOptions, err error) {
	view := maps.Clone(q)
	view.Del("after") // 0 is allowed, and means all
	v, err := h.parseView(ctx, view)
	if err == nil {
		err = v.err()
	}
	if err != nil {
		return opt, err
	}
	opt.Filter = v.filter
	opt.Filter.Before = 0
	if after := q.Get("after"); after != "" {
		if opt.After, err = strconv.ParseInt(after, 10, 64); err != nil {
			return opt, fmt.Errorf("after is %q; want the number of a delivery", after)
		}
	}
	if open := q.Get("open"); open != "" {
		opt.Pending, err = parseIDs([]string{strings.Trim(open, ",")})
	}
	return opt, err
}

func (h *Handler) stream(ctx context.Context, w http.ResponseWriter, opt history.WatchOptions, format func([]history.Delivery) []byte) {
	connection := http.NewResponseController(w)
	// The timeouts of the server are too short for a stream. An error means that the writer has no deadline.
	_ = connection.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	send := func(message []byte) bool {
		_ = connection.SetWriteDeadline(time.Now().Add(writeTime))
		_, err := w.Write(message)
		return err == nil && connection.Flush() == nil
	}
	if !send([]byte("event: ready\ndata:\n\n")) {
		return
	}
	for deliveries, err := range h.opt.History.Watch(ctx, opt) {
		if err != nil || !send(format(deliveries)) {
			return // the page connects again
		}
	}
}

// rowsEvent returns deliveries as one server-sent event.
func (h *Handler) rowsEvent(deliveries []history.Delivery) []byte {
	rows, names := make([]liveRow, 0, len(deliveries)), h.people()
	for i := range deliveries {
		var b strings.Builder
		row, err := h.namedRow(h.ctx, &deliveries[i], names)
		if err == nil {
			err = h.templates["list"].ExecuteTemplate(&b, "row", row)
		}
		if err != nil {
			continue // the row is shown when the page is reloaded
		}
		rows = append(rows, liveRow{deliveries[i].ID, b.String()})
	}
	var b bytes.Buffer
	b.WriteString("event: rows\ndata: ")
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // the text is not part of an HTML page
	_ = encoder.Encode(rows)     // ends with a line feed; strings and numbers are always encoded
	b.WriteByte('\n')
	return b.Bytes()
}
