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

// writeTime bounds how long a live page may take to read its news.
const writeTime = 10 * time.Second

// liveRow is a delivery as the live list takes it.
type liveRow struct {
	ID   int64  `json:"id"`
	HTML string `json:"html"`
}

// events tells a live page of deliveries that enter its view (server-sent events). The query is that of the list, with
// after, the newest number that the page knows, and open, those that it shows without an outcome.
func (h *Handler) events(w http.ResponseWriter, r *http.Request) {
	opt, err := watchOptions(r.URL.Query())
	if err != nil {
		http.Error(w, sentence(err.Error()), http.StatusBadRequest)
		return
	}
	done, ok := h.begin()
	if !ok {
		http.Error(w, "The page is about to end.", http.StatusServiceUnavailable)
		return
	}
	defer done()
	select {
	case h.listeners <- struct{}{}:
		defer func() { <-h.listeners }()
	default:
		http.Error(w, "Too many pages are live already; close some.", http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(h.life, cancel)()
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
			return opt, fmt.Errorf("after is %q; it is the number of a delivery", after)
		}
	}
	for text := range strings.SplitSeq(q.Get("open"), ",") {
		if text == "" {
			continue
		}
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return opt, fmt.Errorf("open holds %q; it lists numbers of deliveries", text)
		}
		opt.Pending = append(opt.Pending, id)
	}
	return opt, nil
}

func (h *Handler) stream(ctx context.Context, w http.ResponseWriter, opt history.WatchOptions) {
	connection := http.NewResponseController(w)
	// The server's limits are made for answers that end. A writer that knows no limits has none to lift.
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
	for news, err := range h.opt.History.Watch(ctx, opt) {
		if err != nil || !send(h.newsEvent(news)) {
			return // the page comes back by itself
		}
	}
}

// newsEvent words deliveries as one server-sent event.
func (h *Handler) newsEvent(news []history.Delivery) []byte {
	rows := make([]liveRow, 0, len(news))
	for i := range news {
		var b strings.Builder
		if err := h.templates["list"].ExecuteTemplate(&b, "row", h.row(&news[i])); err != nil {
			continue // the page has it when it is loaded anew
		}
		rows = append(rows, liveRow{news[i].ID, b.String()})
	}
	var b bytes.Buffer
	b.WriteString("event: rows\ndata: ")
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // no page ever holds this text itself
	_ = encoder.Encode(rows)     // ends the line; strings and numbers always encode
	b.WriteByte('\n')
	return b.Bytes()
}
