package cmd

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"artihook/emitter/receiver"
)

// arrivalJSON is what listen -o json shows of a request.
type arrivalJSON struct {
	Time       time.Time   `json:"time"`
	Method     string      `json:"method"`
	URL        string      `json:"url"`
	Event      string      `json:"event"`
	Lead       string      `json:"lead"`
	Version    int         `json:"version"`
	Verified   bool        `json:"verified"`
	Status     int         `json:"status"`
	Reason     string      `json:"reason"`
	Headers    http.Header `json:"headers"`
	Body       *string     `json:"body,omitempty"`
	BodyBase64 []byte      `json:"body_base64,omitempty"` // where it is not UTF-8
}

// showArrival writes a request that listen received: a line, or with -v the whole of it as well.
func (a *app) showArrival(how *receiver.Options, arrival *receiver.Arrival) error {
	reason := arrival.Reason
	if arrival.Status == http.StatusUnauthorized && !arrival.Verified {
		reason = how.Explain(*arrival).Text
	}
	if a.json() {
		return a.showJSON(newArrivalJSON(arrival, reason))
	}
	what := arrival.Method + " " + arrival.URL
	if s := arrival.Summary; s.Event != "" {
		what = fmt.Sprintf("%s v%d lead %s", s.Event, s.Version, s.Lead)
	}
	verdict, color := "verified", green
	if reason != "" {
		verdict, color = "refused: "+reason, red
	}
	_, err := fmt.Fprintf(a.out(), "%s %s %s %s\n", arrival.Time.Local().Format(time.TimeOnly),
		a.paint(color, fmt.Sprintf("[%d]", arrival.Status)), printable(what), printable(verdict))
	if err != nil || !a.look.verbose {
		return err
	}
	head := []string{arrival.Method + " " + arrival.URL}
	for _, name := range slices.Sorted(maps.Keys(arrival.Header)) {
		for _, value := range arrival.Header[name] {
			head = append(head, name+": "+value)
		}
	}
	return a.showMessage(">", strings.Join(head, "\r\n"), arrival.Body)
}

func newArrivalJSON(arrival *receiver.Arrival, reason string) arrivalJSON {
	s := arrival.Summary
	shown := arrivalJSON{
		Time: arrival.Time.UTC(), Method: arrival.Method, URL: arrival.URL, Event: s.Event, Lead: s.Lead, Version: s.Version,
		Verified: arrival.Verified, Status: arrival.Status, Reason: reason, Headers: arrival.Header,
	}
	if utf8.Valid(arrival.Body) {
		body := string(arrival.Body)
		shown.Body = &body
	} else {
		shown.BodyBase64 = arrival.Body
	}
	return shown
}
