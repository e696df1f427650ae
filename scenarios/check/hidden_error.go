package check

import (
	"encoding/json"
	"html"
	"strings"

	"artihook/emitter/history"
	"artihook/emitter/text"
)

// errorResponseCase returns the case about errors in responses of success.
func errorResponseCase() Case {
	return Case{
		ID: "http-error-in-success", Level: Must, Requests: 3, independent: true, run: errorInSuccess,
		Sends: "Three deliveries that often cause an error: a plain one, one without state and city, one with an address. Every earlier response counts too.",
		Why:   "A 2xx response means that the lead is stored. If its text is an error, the lead is lost.",
		Fix:   "Respond 5xx if the lead is not stored, and 2xx without an error otherwise.", Code: codeRespond500,
	}
}

// hiddenError is an error in the text of a 2xx response. The zero value means that there is none.
type hiddenError struct{ by, sent, what, got string } // by is the id of the case

// findHiddenError records an error in the text of a 2xx response, and the first one of the run.
func (c *caseRun) findHiddenError(req request, d *history.Delivery) {
	if d.Response == nil || !d.OK() {
		return
	}
	what := errorInText(d.Response.Body)
	if what == "" {
		return
	}
	if c.hidden = what; c.run.hidden.what == "" {
		c.run.hidden = hiddenError{c.result.Case.ID, describe(req, d), what, responseText(d)}
	}
}

// errorInText returns what kind of error the text is, or "" if it is none.
func errorInText(body []byte) string {
	if hasStackTrace(body) {
		return "a stack trace or a warning"
	}
	var fields map[string]any
	if json.Unmarshal(body, &fields) != nil {
		return ""
	}
	for _, key := range []string{"error", "errors", "exception"} {
		switch value := fields[key].(type) {
		case string:
			if value != "" {
				return "an error"
			}
		case map[string]any:
			return "an error"
		case []any:
			if len(value) > 0 {
				return "an error"
			}
		case bool:
			if value {
				return "an error"
			}
		}
	}
	for _, key := range []string{"success", "ok"} {
		if value, isBool := fields[key].(bool); isBool && !value {
			return "a failure"
		}
	}
	return ""
}

// hiddenCause returns the error in a response of the case as the cause of a failure.
func (c *caseRun) hiddenCause() string { return "the receiver responds 2xx with " + c.hidden }

func errorInSuccess(c *caseRun) {
	address := everyType[len(everyType)-1]
	c.inspect(func(request, *history.Delivery) {
		hidden := c.run.hidden
		if failed := c.run.failed(hidden.by); failed && hidden.by != c.result.Case.ID {
			c.inconclusive(hidden.by + " failed for this reason: " + hidden.what + " in " + hidden.got)
		} else if hidden.what != "" {
			c.fail(hidden.sent, "2xx without an error, or 5xx", hidden.what+" in "+hidden.got)
		}
	}, c.validRequest(), nullPlace(c), address(c))
}

var (
	lineBreak = text.Regexp(`(?i)<br ?/?>|</(p|div|li|tr|h\d)>|\\n`)
	anyTag    = text.Regexp(`<[^>]*>`)
)

// hasStackTrace reports whether a text has a stack trace, or a warning of PHP. The text may be HTML or a JSON string.
func hasStackTrace(body []byte) bool {
	text := lineBreak().ReplaceAllString(string(body), "\n")
	text = html.UnescapeString(anyTag().ReplaceAllString(text, ""))
	return stackTrace().MatchString(strings.ReplaceAll(text, "\u00a0", " ")) || stackTrace().Match(body)
}
