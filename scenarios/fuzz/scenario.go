package fuzz

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"artihook/emitter/text"
)

// Scenario returns the failure as a scenario file, which fails until the receiver is fixed. ok is false if no scenario can send
// the deliveries.
func (f *Failure) Scenario() (yaml string, ok bool) {
	var b strings.Builder
	fmt.Fprintf(&b, "name: %s\ndescription: %s\nsteps:\n", f.Case, strconv.Quote(text.Visible(f.Sentence)))
	for i := 0; i < len(f.Deliveries); {
		together := 1
		for i+together < len(f.Deliveries) && f.Deliveries[i+together].same {
			together++
		}
		if together == 1 {
			ok = f.Deliveries[i].writeStep(&b, "  ")
		} else {
			b.WriteString("  - parallel:\n")
			for _, d := range f.Deliveries[i : i+together] {
				b.WriteString("      - steps:\n")
				ok = d.writeStep(&b, "          ")
			}
		}
		if !ok {
			return "", false
		}
		i += together
	}
	return b.String(), true
}

// tamperWords are the words of scenarios for forgeries. A scenario cannot change the method.
var tamperWords = map[forgery]string{wrongSignature: "signature", wrongBody: "body", wrongURL: "url"}

// writeStep writes the delivery as a step. It reports false if no step can send it.
func (d *Delivery) writeStep(b *strings.Builder, indent string) bool {
	word := tamperWords[d.forgery]
	if d.forgery != genuine && word == "" {
		return false
	}
	fmt.Fprintf(b, "%s- name: %s\n%[1]s  send:\n", indent, strconv.Quote(text.Visible(d.Title)))
	if strings.Contains(d.body, "${") || strings.ContainsFunc(d.body, text.Hidden) {
		fmt.Fprintf(b, "%s    base64: %s\n", indent, base64.StdEncoding.EncodeToString([]byte(d.body)))
	} else {
		fmt.Fprintf(b, "%s    body: |-\n%[1]s      %s\n", indent, d.body)
	}
	expected := "2xx"
	if d.forgery != genuine {
		expected = "4xx"
		fmt.Fprintf(b, "%s  tamper: %s\n", indent, word)
	}
	fmt.Fprintf(b, "%s  expect:\n%[1]s    status: %s\n", indent, expected)
	return true
}
