package history

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Filter selects deliveries. The zero value selects all of them.
type Filter struct {
	Lead    string // the lead's id
	Event   string // such as "lead:updated"
	Webhook string // name of the webhook
	// Status is one or more of these, separated by commas: a code "204", a class "5xx",
	// StatusOK, StatusFailed, ErrorUnknown, or the Error of a delivery.
	Status   string
	Source   string // one of Sources
	Scenario string // name of the scenario
	Tampered bool   // only deliveries with a signature that is wrong on purpose
	// Who selects the leads whose name, e-mail address or phone number contains this
	// text. It reads the requests of all deliveries.
	Who    string
	Since  time.Time // created at this time or later; zero: at any time
	Until  time.Time // created before this time; zero: at any time
	Grep   string    // text that the body of the request or of the response contains
	Before int64     // only IDs below this one; 0: all
	After  int64     // only IDs above this one
	Limit  int       // at most so many, the newest; 0: no limit
	Oldest bool      // the oldest first, without deliveries that are added meanwhile
	// ResendOf selects deliveries that send the delivery of this number again; 0: all.
	ResendOf int64
	// Whole also reads request and response. Otherwise they stay empty, which makes a
	// list cheap.
	Whole bool
}

const (
	// StatusOK is the Filter.Status of accepted deliveries: with a complete 2xx response.
	StatusOK = "ok"
	// StatusFailed is the Filter.Status of deliveries that have an outcome and were
	// not accepted.
	StatusFailed = "failed"
)

// Validate returns the error that List would return for the filter.
func (f Filter) Validate() error {
	err := CheckStatus(f.Status)
	switch {
	case err != nil:
		return fmt.Errorf("listing deliveries: status %q: %w", f.Status, err)
	case f.Limit < 0:
		return fmt.Errorf("listing deliveries: limit %d, want 0 or more", f.Limit)
	case f.After < 0:
		return fmt.Errorf("listing deliveries: after %d, want a delivery's number", f.After)
	case f.Before < 0:
		return fmt.Errorf("listing deliveries: before %d, want a delivery's number", f.Before)
	}
	return nil
}

// statusFilter is one status of a Filter. It has one field that is not zero.
type statusFilter struct {
	code, class int
	name        string
}

// parseStatuses parses Filter.Status. No statuses mean any.
func parseStatuses(text string) (list []statusFilter, err error) {
	if text == "" {
		return nil, nil
	}
	for one := range strings.SplitSeq(text, ",") {
		status, err := parseStatus(one)
		if err != nil {
			return nil, err
		}
		list = append(list, status)
	}
	return list, nil
}

func parseStatus(text string) (statusFilter, error) {
	switch {
	case slices.Contains(StatusNames(), text):
		return statusFilter{name: text}, nil
	case len(text) == 3 && strings.EqualFold(text[1:], "xx") && '1' <= text[0] && text[0] <= '5':
		return statusFilter{class: int(text[0] - '0')}, nil
	}
	if code, err := strconv.ParseUint(text, 10, 16); err == nil && len(text) == 3 && code >= 100 {
		return statusFilter{code: int(code)}, nil
	}
	return statusFilter{}, errors.New("want a code like 204, a class like 5xx, ok, failed, unknown, or the name of a failure like refused")
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
	if f.Source != "" {
		s.and(sourceColumn+" = ?", f.Source)
	}
	if f.Scenario != "" {
		s.and("d.id IN (SELECT id FROM origins WHERE scenario = ?)", f.Scenario)
	}
	if f.Tampered {
		s.and("d.setting IN (SELECT id FROM settings WHERE tampered <> '')")
	}
	statuses, err := parseStatuses(f.Status)
	if err != nil {
		return s, err
	}
	// A lead has few deliveries and an index: starting from them is faster.
	s.byOutcome = f.Lead == "" && f.Who == "" && areRare(statuses)
	s.addStatuses(statuses)
	if f.After > 0 {
		s.and(s.id()+" > ?", f.After)
	}
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

// areRare reports whether few deliveries have one of the statuses, so that a query
// that starts from the outcomes is fast.
func areRare(statuses []statusFilter) bool {
	for _, status := range statuses {
		if status.name == ErrorUnknown {
			return false
		}
	}
	return len(statuses) > 0
}

// addStatuses adds the condition that a delivery has one of the statuses.
func (s *selection) addStatuses(statuses []statusFilter) {
	var any []string
	for _, status := range statuses {
		any = append(any, s.statusCondition(status))
	}
	if len(any) > 0 {
		s.and("(" + strings.Join(any, " OR ") + ")")
	}
}

// statusCondition returns the condition of a status. It contains values that are numbers, and adds others to the arguments.
func (s *selection) statusCondition(status statusFilter) string {
	class := max(status.class, status.code/100)
	switch {
	case status.name == ErrorUnknown:
		return "o.id IS NULL"
	case status.name == StatusOK:
		return "o.error IS NULL AND o.status/100 = 2"
	case status.name == StatusFailed:
		return "o.error IS NOT NULL OR o.status/100 <> 2"
	case status.name == FailureOther:
		s.args = append(s.args, FailureOther, oldFailureOther)
		return "o.error IN (?, ?)"
	case status.name != "":
		s.args = append(s.args, status.name)
		return "o.error = ?"
	}
	condition := fmt.Sprintf("o.status/100 = %d", class)
	if s.byOutcome && class != 2 {
		condition += " AND o.status/100 <> 2" // matches the index's condition
	}
	if status.code > 0 {
		condition += fmt.Sprintf(" AND o.status = %d", status.code)
	}
	return condition
}
