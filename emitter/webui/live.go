package webui

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
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
	opt, err := watchOptions(r.URL.Query())
	if err != nil {
		http.Error(w, sentence(err.Error()), http.StatusBadRequest)
		return
	}
	done, ok := h.begin()
	if !ok {
		http.Error(w, "artihook ui is stopping.", http.StatusServiceUnavailable)
		return
	}
	defer done()
	select {
	case h.listeners <- struct{}{}:
		defer func() { <-h.listeners }()
	default:
		http.Error(w, "Too many pages are live. Close some of them.", http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(h.ctx, cancel)()
	h.stream(ctx, w, opt)
}

func watchOptions(q url.Values) (opt history.WatchOptions, err error) {
	v, err := parseView(q)
	if err != nil {
		return opt, err
	}
	v.Before = 0
	opt.Filter = v.filter()
	if after := q.Get("after"); after != "" {
		if opt.After, err = strconv.ParseInt(after, 10, 64); err != nil {
			return opt, fmt.Errorf("after is %q; want the number of a delivery", after)
		}
	}
	for text := range strings.SplitSeq(q.Get("open"), ",") {
		if text == "" {
			continue
		}
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return opt, fmt.Errorf("open has %q; want the numbers of deliveries", text)
		}
		opt.Pending = append(opt.Pending, id)
	}
	return opt, nil
}

func (h *Handler) stream(ctx context.Context, w http.ResponseWriter, opt history.WatchOptions) {
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
		if err != nil || !send(h.rowsEvent(deliveries)) {
			return // the page connects again
		}
	}
}

// rowsEvent returns deliveries as one server-sent event.
func (h *Handler) rowsEvent(deliveries []history.Delivery) []byte {
	rows := make([]liveRow, 0, len(deliveries))
	for i := range deliveries {
		var b strings.Builder
		if err := h.templates["list"].ExecuteTemplate(&b, "row", h.row(&deliveries[i])); err != nil {
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
