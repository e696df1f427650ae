package scenarios

import (
	"bytes"
	"fmt"
	"strings"

	"artihook/emitter/history"
	"artihook/scenarios/probe"
	"artihook/scenarios/report"
)

// deliveryExchange returns a delivery as reports show it.
func deliveryExchange(d *history.Delivery) report.Exchange {
	e := report.Exchange{
		Number: d.ID, Title: deliveryTitle(d), URL: d.URL, Status: d.Status, Error: d.Error, Reason: d.Reason, Took: d.Duration,
		Request: report.Message{Head: messageHead(d.Request.AppendRaw(nil)), Body: d.Request.Body},
	}
	if d.Response != nil {
		e.Response = report.Message{Head: messageHead(d.Response.AppendRaw(nil)), Body: d.Response.Body, Truncated: d.Response.Truncated}
	}
	return e
}

func deliveryTitle(d *history.Delivery) string {
	if d.Event == "" {
		return d.Request.Method
	}
	return fmt.Sprintf("%s v%d", d.Event, d.Version)
}

// messageHead returns the start line and the headers of a raw message.
func messageHead(raw []byte) string {
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	return strings.ReplaceAll(string(head), "\r\n", "\n")
}

// probeExchange returns a probe as reports show it.
func probeExchange(title string, result *probe.Result) report.Exchange {
	return report.Exchange{
		Title: title, Status: result.Status, Error: result.Failure, Reason: result.Reason, Took: result.Took,
		Response: report.Message{Head: result.Head, Body: result.Body, Truncated: result.Truncated},
	}
}
