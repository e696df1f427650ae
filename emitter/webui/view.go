package webui

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/text"
)

// view is the query of a list: the selected deliveries.
type view struct {
	// Values has the values of the query by key, as the user wrote them, without empty ones.
	Values map[string]string
	// Problems has what is wrong with a value, by key. The filter leaves such a value out.
	Problems map[string]string
	filter   history.Filter
}

// filterKey is a key of the query of a list, with the name of a flag of history list.
type filterKey struct {
	name string
	set  func(h *Handler, ctx context.Context, f *history.Filter, value string) error
}

// theFilterKeys are all keys, in the order in which problems are reported.
var theFilterKeys = []filterKey{
	{"webhook", func(_ *Handler, _ context.Context, f *history.Filter, s string) error { f.Webhook = s; return nil }},
	{"event", func(_ *Handler, _ context.Context, f *history.Filter, s string) error {
		action, err := payload.ParseAction(s)
		f.Event = action.Event()
		return err
	}},
	{"status", func(_ *Handler, _ context.Context, f *history.Filter, s string) error {
		f.Status = s
		return history.CheckStatus(s)
	}},
	{"source", func(_ *Handler, _ context.Context, f *history.Filter, s string) error {
		f.Source = s
		return text.OneOf("source", s, history.Sources())
	}},
	{"scenario", func(_ *Handler, _ context.Context, f *history.Filter, s string) error { f.Scenario = s; return nil }},
	{"tampered", func(_ *Handler, _ context.Context, f *history.Filter, s string) (err error) {
		if f.Tampered, err = strconv.ParseBool(s); err != nil {
			err = errors.New("want true")
		}
		return err
	}},
	{"lead", func(h *Handler, ctx context.Context, f *history.Filter, s string) (err error) {
		f.Lead, err = h.opt.History.FindLead(ctx, strings.TrimSpace(s))
		return err
	}},
	{"who", func(_ *Handler, _ context.Context, f *history.Filter, s string) error { f.Who = s; return nil }},
	{"grep", func(_ *Handler, _ context.Context, f *history.Filter, s string) error { f.Grep = s; return nil }},
	{"since", func(h *Handler, _ context.Context, f *history.Filter, s string) (err error) {
		f.Since, err = text.ParseMoment(s, h.opt.Now())
		return err
	}},
	{"until", func(h *Handler, _ context.Context, f *history.Filter, s string) (err error) {
		f.Until, err = text.ParseMoment(s, h.opt.Now())
		return err
	}},
	{"before", func(_ *Handler, _ context.Context, f *history.Filter, s string) (err error) {
		f.Before, err = parseNumber(s)
		return err
	}},
	{"after", func(_ *Handler, _ context.Context, f *history.Filter, s string) (err error) {
		f.After, err = parseNumber(s)
		return err
	}},
}

func parseNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		return 0, errors.New("want the number of a delivery")
	}
	return n, nil
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func filterKeys() []string {
	names := make([]string, len(theFilterKeys))
	for i, key := range theFilterKeys {
		names[i] = key.name
	}
	return names
}

// parseView reads a query. It ignores other keys. The error is one of the history.
func (h *Handler) parseView(ctx context.Context, q url.Values) (view, error) {
	v := view{Values: map[string]string{}, Problems: map[string]string{}}
	for _, key := range theFilterKeys {
		value := q.Get(key.name)
		if value == "" {
			continue
		}
		v.Values[key.name] = value
		with := v.filter
		err := key.set(h, ctx, &with, value)
		var store *history.Error
		switch {
		case errors.As(err, &store):
			return v, err
		case err != nil:
			v.Problems[key.name] = err.Error()
		default:
			v.filter = with
		}
	}
	if f := &v.filter; !f.Since.IsZero() && !f.Until.IsZero() && !f.Since.Before(f.Until) {
		v.Problems["until"] = "the end is not after the start, so no delivery can match"
	}
	return v, nil
}

// valid returns the view without the values that have a problem.
func (v view) valid() view {
	values := maps.Clone(v.Values)
	for key := range v.Problems {
		delete(values, key)
	}
	return view{Values: values, filter: v.filter}
}

// err returns the first problem as an error, or nil.
func (v view) err() error {
	for _, key := range theFilterKeys {
		if problem := v.Problems[key.name]; problem != "" {
			return fmt.Errorf("%s is %q; %s", key.name, v.Values[key.name], problem)
		}
	}
	return nil
}

// Get returns the value of a key as the user wrote it.
func (v view) Get(key string) string { return v.Values[key] }

// Problem returns what is wrong with the value of a key; "" if nothing is.
func (v view) Problem(key string) string { return sentence(v.Problems[key]) }

// pageKeys select a page of a list.
var pageKeys = []string{"before", "after"}

// Filtered reports whether the view has a filter besides those of the page.
func (v view) Filtered() bool {
	for key := range v.Values {
		if !slices.Contains(pageKeys, key) {
			return true
		}
	}
	return false
}

// query returns the query of the view with these changes: pairs of a key and its value, "" to leave it out. With changes, it is that
// of the first page.
func (v view) query(changes ...string) string {
	q := url.Values{}
	for key, value := range v.Values {
		q.Set(key, value)
	}
	if len(changes) > 0 {
		q.Del("before")
		q.Del("after")
	}
	for i := 0; i+1 < len(changes); i += 2 {
		if q.Del(changes[i]); changes[i+1] != "" {
			q.Set(changes[i], changes[i+1])
		}
	}
	return q.Encode()
}

// URL returns the address of the list with these changes (see query).
func (v view) URL(changes ...string) string {
	if query := v.query(changes...); query != "" {
		return "/?" + query
	}
	return "/"
}
