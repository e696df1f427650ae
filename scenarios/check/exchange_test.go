package check

import (
	"strings"
	"testing"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
)

// TestExchangeOf checks that a report has the decoded body of a response, and that a long body is cut and marked as cut.
func TestExchangeOf(t *testing.T) {
	t.Parallel()
	d := &history.Delivery{
		Request:     exchange.Request{Method: "POST", Target: "/hook", Body: []byte(strings.Repeat("x", maxReported+1))},
		RawResponse: []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
		Response:    &exchange.Response{Body: []byte("ok")},
	}
	e := exchangeOf(request{variant: "with a long body"}, d)
	if !strings.HasSuffix(e.Title, ", with a long body") {
		t.Errorf("got the title %q", e.Title)
	}
	if len(e.Request.Body) != maxReported || !e.Request.Truncated {
		t.Errorf("the request has %d bytes, truncated %v", len(e.Request.Body), e.Request.Truncated)
	}
	if string(e.Response.Body) != "ok" || e.Response.Truncated || !strings.HasSuffix(e.Response.Head, "chunked") {
		t.Errorf("got the response %+v", e.Response)
	}
}
