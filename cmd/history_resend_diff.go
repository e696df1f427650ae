package cmd

import (
	"bytes"
	"fmt"
	"time"
	"unicode/utf8"

	"artihook/cmd/console"
	"artihook/emitter/history"
	"artihook/emitter/text"

	"github.com/tidwall/sjson"
)

// changeJSON describes the recorded response, in the JSON of a delivery that was sent again.
type changeJSON struct {
	Status     int     `json:"status"`
	Error      string  `json:"error"`
	DurationMS float64 `json:"duration_ms"`
	Body       string  `json:"body_change"`
}

// printChange prints how the response changed: in one line, or in JSON as "before" of the delivery.
func printChange(a *app, before, after *history.Delivery) error {
	body := bodyChange(responseBody(before), responseBody(after))
	if !a.printer.JSON() {
		_, err := fmt.Fprintf(a.printer.Out, "  %s → %s, %s → %s%s\n",
			a.printer.Paint(console.OutcomeColor(before), "["+console.Outcome(before)+"]"), a.printer.Paint(console.OutcomeColor(after), "["+console.Outcome(after)+"]"),
			text.ShortDuration(before.Duration), text.ShortDuration(after.Duration), text.Printable(prefixed(", ", body)))
		return err
	}
	text, err := after.MarshalJSON()
	if err != nil {
		return err
	}
	ms := float64(before.Duration) / float64(time.Millisecond)
	if text, err = sjson.SetBytes(text, "before", changeJSON{before.Status, before.Error, ms, body}); err != nil {
		return err
	}
	_, err = a.printer.Out.Write(append(text, '\n'))
	return err
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func responseBody(d *history.Delivery) []byte {
	if d.Response == nil {
		return nil
	}
	return d.Response.Body
}

// bodyChange returns where two bodies differ; "" if both are empty.
func bodyChange(before, after []byte) string {
	switch {
	case len(before)+len(after) == 0:
		return ""
	case bytes.Equal(before, after):
		return "same body"
	case !utf8.Valid(before) || !utf8.Valid(after):
		return fmt.Sprintf("body of %s → %s", text.ByteSize(int64(len(before))), text.ByteSize(int64(len(after))))
	}
	return "body " + textChange([]rune(string(before)), []rune(string(after)))
}
