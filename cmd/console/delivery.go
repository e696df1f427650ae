package console

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/text"
)

// maxShown is the largest part of a body that is printed, in bytes.
const maxShown = 64 << 10

// Delivery prints a delivery: a JSON object with -o json, otherwise a line, and with -v the exchange.
func (p *Printer) Delivery(d *history.Delivery) error { return p.deliveryLine(d, p.Line(d)) }

// Recorded prints a delivery like Delivery, with the date if it was not today, and with the lead's name; "" is none.
func (p *Printer) Recorded(d *history.Delivery, name string) error {
	layout := time.DateTime
	if d.Time.Local().Format(time.DateOnly) == p.system.Now().Local().Format(time.DateOnly) {
		layout = time.TimeOnly
	}
	line := p.lineAt(d, layout)
	if name != "" {
		line += ", " + text.Printable(name)
	}
	return p.deliveryLine(d, line)
}

func (p *Printer) deliveryLine(d *history.Delivery, line string) error {
	if p.JSON() {
		return p.WriteJSON(d)
	}
	if _, err := fmt.Fprintln(p.Out, line); err != nil {
		return err
	}
	if !p.Verbose {
		return nil
	}
	if d.Proxy != "" {
		if _, err := fmt.Fprintf(p.Out, "%s through the proxy %s\n", p.Paint(Dim, "*"), text.Printable(d.Proxy)); err != nil {
			return err
		}
	}
	return p.Exchange(d)
}

// WriteJSON prints v as JSON on one line.
func (p *Printer) WriteJSON(v any) error {
	return text.WriteJSON(p.Out, v, "")
}

// Line returns the line of a delivery, a form on which scripts depend:
// 14:03:22 [204] lead:updated v2 http://localhost:8000/ (3.1ms) #42.
func (p *Printer) Line(d *history.Delivery) string { return p.lineAt(d, time.TimeOnly) }

// lineAt returns the line of a delivery with its time in this layout.
func (p *Printer) lineAt(d *history.Delivery, layout string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s ", d.Time.Local().Format(layout), p.Paint(OutcomeColor(d), "["+Outcome(d)+"]"))
	if d.Event != "" {
		fmt.Fprintf(&b, "%s v%d ", text.Printable(d.Event), d.Version)
	} else {
		b.WriteString("POST ")
	}
	fmt.Fprintf(&b, "%s (%s)", text.Printable(d.URL), text.ShortDuration(d.Duration))
	if d.ID != 0 {
		b.WriteString(p.Paint(Dim, fmt.Sprintf(" #%d", d.ID)))
	}
	if d.Attempt > 1 {
		fmt.Fprintf(&b, " attempt %d", d.Attempt)
	}
	if d.ResendOf > 0 {
		fmt.Fprintf(&b, " resend of %s", Number(d.ResendOf))
	}
	return b.String()
}

// Outcome returns the status, the name of the failure, or "unknown" if the delivery has no outcome.
func Outcome(d *history.Delivery) string {
	switch {
	case d.Error != "":
		return text.Printable(d.Error)
	case d.Status == 0:
		return "unknown"
	}
	return fmt.Sprint(d.Status)
}

// OutcomeColor returns the colour of an outcome: green for success, yellow for redirects and unknown outcomes, otherwise red.
func OutcomeColor(d *history.Delivery) string {
	switch {
	case d.OK():
		return Green
	case d.Error == "" && d.Status == 0, d.Error == "" && d.Status < 400:
		return Yellow
	}
	return Red
}

// Exchange prints the request after > and the response after <, like curl -v. A delivery without a response has only a request.
func (p *Printer) Exchange(d *history.Delivery) error {
	if err := p.Request(&d.Request); err != nil {
		return err
	}
	if d.Response == nil {
		return nil
	}
	return p.Response(d.Response)
}

// Request prints a request.
func (p *Printer) Request(r *exchange.Request) error {
	head, body, _ := bytes.Cut(r.AppendRaw(nil), []byte("\r\n\r\n"))
	return p.Message(">", string(head), body)
}

// Response prints a response, and notes if its body is truncated.
func (p *Printer) Response(r *exchange.Response) error {
	head := "" // if the bytes are no HTTP response
	if r.Status != 0 {
		head = fmt.Sprintf("%s %d %s", r.Proto, r.Status, r.Reason)
		for _, h := range r.Headers {
			head += "\r\n" + h.Name + ": " + h.Value
		}
	}
	if err := p.Message("<", head, r.Body); err != nil || !r.Truncated {
		return err
	}
	_, err := fmt.Fprintf(p.Out, "%s\n", p.Paint(Dim, fmt.Sprintf("the body is truncated; its first %d bytes are recorded", len(r.Body))))
	return err
}

// Message prints the lines of a head, which CRLF separates, and of a body. Each line begins with sign. A long body is cut.
func (p *Printer) Message(sign, head string, body []byte) error {
	var b strings.Builder
	if head != "" { // the output of a command has no head
		for line := range strings.SplitSeq(head, "\r\n") {
			fmt.Fprintf(&b, "%s %s\n", p.Paint(Dim, sign), text.Printable(line))
		}
		fmt.Fprintf(&b, "%s\n", p.Paint(Dim, sign))
	}
	if p.Pretty {
		body = text.IndentJSON(body)
	}
	if len(body) > 0 {
		writeBody(&b, p.Paint(Dim, sign), body)
	}
	_, err := io.WriteString(p.Out, b.String())
	return err
}

// Body prints a body without signs.
func (p *Printer) Body(body []byte) error {
	if p.Pretty {
		body = text.IndentJSON(body)
	}
	_, err := fmt.Fprintln(p.Out, strings.TrimSuffix(text.VisibleLines(string(body)), "\n"))
	return err
}

func writeBody(b *strings.Builder, sign string, body []byte) {
	omitted := 0
	if len(body) > maxShown {
		omitted = len(body) - maxShown
		body = body[:maxShown]
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(body), "\n"), "\n") {
		fmt.Fprintf(b, "%s %s\n", sign, text.VisibleLines(strings.TrimSuffix(line, "\r")))
	}
	if omitted > 0 {
		fmt.Fprintf(b, "%s … and %d bytes more, which -o json shows\n", sign, omitted)
	}
}

// plannedLine returns the line of a delivery that is not sent.
func (p *Printer) plannedLine(d *history.Delivery) string {
	subject := d.Request.Method
	if d.Event != "" {
		subject = fmt.Sprintf("%s v%d", text.Printable(d.Event), d.Version)
	}
	line := fmt.Sprintf("%s %s %s", p.Paint(Yellow, "[not sent]"), subject, text.Printable(d.URL))
	if d.ResendOf > 0 {
		line += " resend of " + Number(d.ResendOf)
	}
	return line
}

// Number returns the number of a delivery in the form #42; "" for 0.
func Number(id int64) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("#%d", id)
}

// SignedFor returns the URL that a delivery is signed for; "" if that is the URL of the delivery.
func SignedFor(d *history.Delivery) string {
	if d.SignURL == d.URL {
		return ""
	}
	return d.SignURL
}

// Watch returns a callback that prints each delivery and, once for each cause, a hint about why deliveries fail.
func (p *Printer) Watch(sending SendContext) func(history.Delivery) error {
	shown := map[string]bool{}
	return func(d history.Delivery) error {
		if err := p.Delivery(&d); err != nil {
			return err
		}
		p.hint(&d, &sending, shown)
		return nil
	}
}

// hint prints the hint for a delivery, unless its cause is in shown, to which hint adds it.
func (p *Printer) hint(d *history.Delivery, sending *SendContext, shown map[string]bool) {
	hint, cause := failureHint(d, sending)
	if hint == "" || shown[cause] || p.Quiet {
		return
	}
	shown[cause] = true
	if reason := emitter.WrongScheme(context.Background(), d); reason != "" && d.Error != "" {
		hint = d.Error + ": " + reason
	}
	p.Notef("%s", hint)
}

// Hint prints why a delivery failed and what to try, if that is known.
func (p *Printer) Hint(d *history.Delivery, sending SendContext) {
	p.hint(d, &sending, map[string]bool{})
}

// Planned prints a delivery that is not sent.
func (p *Printer) Planned(d *history.Delivery) error {
	if err := p.PlannedLine(d); err != nil || p.JSON() {
		return err
	}
	return p.Request(&d.Request)
}

// PlannedLine prints a delivery that is not sent: a JSON object with -o json, otherwise a line.
func (p *Printer) PlannedLine(d *history.Delivery) error {
	d.Time = p.system.Now()
	if p.JSON() {
		return p.WriteJSON(d)
	}
	_, err := fmt.Fprintln(p.Out, p.plannedLine(d))
	return err
}
