package history

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Filter selects deliveries. The zero value selects all of them.
type Filter struct {
	Lead    string    // the lead's id
	Event   string    // such as "lead:updated"
	Status  string    // a code "204", a class "5xx", StatusFailed, ErrorUnknown, or the Error of a delivery
	Webhook string    // name of the webhook
	Since   time.Time // created at this time or later; zero: at any time
	Until   time.Time // created before this time; zero: at any time
	Grep    string    // text that the body of the request or of the response contains
	Before  int64     // only IDs below this one; 0: all
	Limit   int       // at most so many, the newest; 0: no limit
	Oldest  bool      // the oldest first, without deliveries that are added meanwhile
	// ResendOf selects deliveries that send the delivery of this number again; 0: all.
	ResendOf int64
	// Whole also reads request and response. Otherwise they stay empty, which makes a
	// list cheap.
	Whole bool
}

// StatusFailed is the Filter.Status of deliveries that have an outcome and were
// not accepted: no complete response, or one whose status is not 2xx.
const StatusFailed = "failed"

// Validate returns the error that List would return for the filter.
func (f Filter) Validate() error {
	_, err := parseStatus(f.Status)
	switch {
	case err != nil:
		return err
	case f.Limit < 0:
		return fmt.Errorf("listing deliveries: limit %d, want 0 or more", f.Limit)
	case f.Before < 0:
		return fmt.Errorf("listing deliveries: before %d, want a delivery's number", f.Before)
	}
	return nil
}

// statusFilter is a parsed Filter.Status; all zero means any.
type statusFilter struct {
	code, class int
	name        string
}

func parseStatus(text string) (statusFilter, error) {
	switch {
	case text == "":
		return statusFilter{}, nil
	case strings.Trim(text, "abcdefghijklmnopqrstuvwxyz-") == "":
		return statusFilter{name: text}, nil
	case len(text) == 3 && strings.EqualFold(text[1:], "xx") && '1' <= text[0] && text[0] <= '5':
		return statusFilter{class: int(text[0] - '0')}, nil
	}
	if code, err := strconv.ParseUint(text, 10, 16); err == nil && len(text) == 3 && code >= 100 {
		return statusFilter{code: int(code)}, nil
	}
	return statusFilter{}, fmt.Errorf(
		"listing deliveries: status %q, want a code such as 204, a class such as 5xx, failed, unknown, or the name of a failure such as refused", text)
}

// selection is the part of a query that picks rows.
type selection struct {
	// byOutcome starts the query from the outcomes, which is fast for rare ones.
	byOutcome bool
	where     []string
	args      []any
}

func (s *selection) and(condition string, args ...any) {
	s.where = append(s.where, condition)
	s.args = append(s.args, args...)
}

// selection returns the conditions of the filter except the lead, which ofLead adds.
func (f Filter) selection() (selection, error) {
	var s selection
	if err := f.Validate(); err != nil {
		return s, err
	}
	if f.Event != "" {
		s.and("d.event = ?", f.Event)
	}
	if f.Webhook != "" {
		s.and("d.setting IN (SELECT id FROM settings WHERE webhook = ?)", f.Webhook)
	}
	if f.ResendOf > 0 {
		s.and("d.id IN (SELECT id FROM origins WHERE id > ? AND resend_of = ?)", f.ResendOf, f.ResendOf)
	}
	if f.Grep != "" {
		// Chunks may split the text, so every chunked response is read and searched later.
		s.and("(instr(r.raw, ?) OR instr(o.response, ?) OR CAST(o.response AS TEXT) LIKE '%chunked%')", []byte(f.Grep), []byte(f.Grep))
	}
	status, err := parseStatus(f.Status)
	if err != nil {
		return s, err
	}
	// A lead has few deliveries and an index: starting from them is faster.
	s.byOutcome = f.Lead == ""
	s.addStatus(status)
	if !f.Since.IsZero() {
		s.addSince(f.Since.UnixMicro())
	}
	if !f.Until.IsZero() {
		s.and("d.time < ?", f.Until.UnixMicro())
	}
	return s, nil
}

// id returns the number column of the table from which the query starts.
func (s *selection) id() string {
	if s.byOutcome {
		return "o.id"
	}
	return "d.id"
}

// addSince adds the conditions for deliveries from a time on. The first lets the query
// skip older rows.
func (s *selection) addSince(micro int64) {
	s.and(s.id()+" >= (SELECT min(first) FROM minutes WHERE minute >= ?)", micro/microsPerMinute)
	s.and("d.time >= ?", micro)
}

func (s *selection) addStatus(status statusFilter) {
	class := max(status.class, status.code/100)
	switch {
	case status == statusFilter{}:
		s.byOutcome = false
	case status.name == ErrorUnknown:
		s.byOutcome = false
		s.and("o.id IS NULL")
	case status.name == StatusFailed:
		s.and("(o.error IS NOT NULL OR o.status/100 <> 2)")
	case status.name == ErrorOther:
		s.and("o.error IN (?, ?)", ErrorOther, oldErrorOther)
	case status.name != "":
		s.and("o.error = ?", status.name)
	case s.byOutcome && class != 2:
		s.and("o.status/100 = ? AND o.status/100 <> 2", class) // matches the index's condition
	default:
		s.and("o.status/100 = ?", class)
	}
	if status.code > 0 {
		s.and("o.status = ?", status.code)
	}
}
