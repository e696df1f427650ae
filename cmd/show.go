package cmd

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/text"
)

// maxShown bounds what of a body goes to the screen, in bytes.
const maxShown = 64 << 10

// show writes a delivery to stdout: a line, or with -v the exchange as well.
func (a *app) show(d *history.Delivery) error {
	if a.json() {
		return a.showJSON(d)
	}
	if _, err := fmt.Fprintln(a.out(), a.line(d)); err != nil {
		return err
	}
	if a.look.verbose {
		return a.showExchange(d)
	}
	return nil
}

// showJSON writes one object on one line.
func (a *app) showJSON(v any) error {
	return text.WriteJSON(a.out(), v, "")
}

// line is the delivery in one line, as cli.md fixes it for scripts:
// 14:03:22 [204] lead:updated v2 http://localhost:8000/ (3.1ms) #42.
func (a *app) line(d *history.Delivery) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s ", d.Time.Local().Format(time.TimeOnly), a.paint(outcomeColor(d), "["+outcome(d)+"]"))
	if d.Event != "" {
		fmt.Fprintf(&b, "%s v%d ", printable(d.Event), d.Version)
	} else {
		b.WriteString("POST ")
	}
	fmt.Fprintf(&b, "%s (%s)", printable(d.URL), shortDuration(d.Duration))
	if d.ID != 0 {
		b.WriteString(a.paint(dim, fmt.Sprintf(" #%d", d.ID)))
	}
	if d.Attempt > 1 {
		fmt.Fprintf(&b, " attempt %d", d.Attempt)
	}
	if d.ResendOf > 0 {
		fmt.Fprintf(&b, " resend of %s", number(d.ResendOf))
	}
	return b.String()
}

// outcome is the status, or the short name of what went wrong.
func outcome(d *history.Delivery) string {
	switch {
	case d.Error != "":
		return printable(d.Error)
	case d.Status == 0:
		return "unknown"
	}
	return fmt.Sprint(d.Status)
}

func outcomeColor(d *history.Delivery) string {
	switch {
	case d.OK():
		return green
	case d.Error == "" && d.Status == 0, d.Error == "" && d.Status < 400:
		return yellow
	}
	return red
}

func shortDuration(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2fs", d.Seconds())
}

// showExchange writes the request behind > and the response behind <, as curl -v does.
func (a *app) showExchange(d *history.Delivery) error {
	if err := a.showRequest(&d.Request); err != nil {
		return err
	}
	if d.Response == nil {
		return nil
	}
	return a.showResponse(d.Response)
}

func (a *app) showRequest(r *exchange.Request) error {
	head, body, _ := bytes.Cut(r.AppendRaw(nil), []byte("\r\n\r\n"))
	return a.showMessage(">", string(head), body)
}

func (a *app) showResponse(r *exchange.Response) error {
	head := fmt.Sprintf("%s %d %s", r.Proto, r.Status, r.Reason)
	for _, h := range r.Headers {
		head += "\r\n" + h.Name + ": " + h.Value
	}
	if err := a.showMessage("<", head, r.Body); err != nil || !r.Truncated {
		return err
	}
	_, err := fmt.Fprintf(a.out(), "%s\n", a.paint(dim, fmt.Sprintf("the receiver sent more; %d bytes of the body are kept", len(r.Body))))
	return err
}

func (a *app) showMessage(sign, head string, body []byte) error {
	var b strings.Builder
	if head != "" { // what a command says has none
		for line := range strings.SplitSeq(head, "\r\n") {
			fmt.Fprintf(&b, "%s %s\n", a.paint(dim, sign), printable(line))
		}
		fmt.Fprintf(&b, "%s\n", a.paint(dim, sign))
	}
	if len(body) > 0 {
		writeBody(&b, a.paint(dim, sign), body)
	}
	_, err := io.WriteString(a.out(), b.String())
	return err
}

func writeBody(b *strings.Builder, sign string, body []byte) {
	left := 0
	if len(body) > maxShown {
		left = len(body) - maxShown
		body = body[:maxShown]
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(body), "\n"), "\n") {
		fmt.Fprintf(b, "%s %s\n", sign, text.VisibleLines(strings.TrimSuffix(line, "\r")))
	}
	if left > 0 {
		fmt.Fprintf(b, "%s … and %d bytes more, which -o json shows\n", sign, left)
	}
}

// printable is text from outside in one line that cannot control the terminal, without credentials.
func printable(s string) string { return text.Visible(text.Mask(s)) }

// plannedLine is the line of a delivery that was not sent.
func (a *app) plannedLine(d *history.Delivery) string {
	what := d.Request.Method
	if d.Event != "" {
		what = fmt.Sprintf("%s v%d", printable(d.Event), d.Version)
	}
	return fmt.Sprintf("%s %s %s", a.paint(yellow, "[not sent]"), what, printable(d.URL))
}
