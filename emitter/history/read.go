package history

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"artihook/emitter/exchange"
)

// Get returns the delivery with this number, whole. The error is [ErrNotFound] or an
// [*Error].
func (s *Store) Get(ctx context.Context, id int64) (Delivery, error) {
	sel := selection{where: []string{"d.id = ?"}, args: []any{id}}
	return s.one(ctx, sel, "d.id", fmt.Sprintf("delivery %d", id))
}

// Last returns the newest delivery, whole. Errors are those of Get.
func (s *Store) Last(ctx context.Context) (Delivery, error) {
	return s.one(ctx, selection{}, "d.id DESC", "the last delivery")
}

// LastOfLead returns the delivery with the current state of a lead, whole: one that
// completed the lead, otherwise one of the highest version, and the newest of those.
// It ignores deliveries without an event. Errors are those of Get.
func (s *Store) LastOfLead(ctx context.Context, lead string) (Delivery, error) {
	sel := selection{where: []string{"d.event <> ''"}}
	if err := s.ofLead(ctx, &sel, lead); err != nil {
		return Delivery{}, err
	}
	return s.one(ctx, sel, "d.event = 'lead:completed' DESC, d.version DESC, d.id DESC", fmt.Sprintf("lead %q", lead))
}

func (s *Store) one(ctx context.Context, sel selection, order, what string) (Delivery, error) {
	found, _, err := s.query(ctx, sel, true, order+" LIMIT ?", 1)
	if err != nil {
		return Delivery{}, err
	}
	if len(found) == 0 {
		return Delivery{}, fmt.Errorf("%s: %w", what, ErrNotFound)
	}
	return found[0], nil
}

// scan reads a row of selection.query.
func scan(rows *sql.Rows, whole bool) (Delivery, error) {
	var d Delivery
	var micro, seed int64
	var lead any
	var id, status, duration sql.NullInt64
	var truncated sql.NullBool
	var name, reason, scenario, step sql.NullString
	var resendOf sql.NullInt64
	dest := []any{
		&d.ID, &micro, &d.Event, &d.Version, &d.Attempt, &seed, &lead,
		&d.Webhook, &d.URL, &d.SignURL, &d.Scheme, &d.Edition, &d.Bot,
		&id, &status, &duration, &truncated, &name, &reason,
		&scenario, &step, &resendOf, &d.Source, &d.Tampered, &d.Proxy,
	}
	if whole {
		dest = append(dest, &d.RawRequest, &d.RawResponse)
	}
	if err := rows.Scan(dest...); err != nil {
		return Delivery{}, err
	}
	d.Time, d.Seed, d.Lead = time.UnixMicro(micro).UTC(), uint64(seed), leadOfKey(lead)
	d.Scenario, d.Step, d.ResendOf = scenario.String, step.String, resendOf.Int64
	d.State, d.Error, d.Reason = Unknown, ErrorUnknown, reasonUnknown
	if id.Valid {
		d.State, d.Error, d.Reason = Done, currentError(name.String), reason.String
		d.Status, d.Duration = int(status.Int64), time.Duration(duration.Int64)*time.Microsecond
	}
	d.parseExchange(truncated.Bool)
	return d, nil
}

// parseExchange sets Request and Response from the raw bytes. Bytes that are not HTTP
// become the body.
func (d *Delivery) parseExchange(truncated bool) {
	if d.RawRequest != nil {
		request, err := exchange.ParseRequest(d.RawRequest)
		if err != nil {
			request = exchange.Request{Body: d.RawRequest}
		}
		d.Request = request
	}
	if d.RawResponse != nil {
		response, _ := exchange.ParseResponse(d.RawResponse, truncated)
		d.Response = &response
	}
}

func (d *Delivery) dropExchange() {
	d.Request, d.Response, d.RawRequest, d.RawResponse = exchange.Request{}, nil, nil, nil
}
