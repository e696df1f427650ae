package fuzz

import (
	"fmt"
	"slices"
	"strings"
)

// Property is a rule that a correct receiver follows for every example.
type Property string

// The properties.
const (
	NoCrash    Property = "no-crash"    // no 5xx, no closed connection, and the next event gets a response
	Accepts    Property = "accepts"     // a valid signed event gets 2xx within the timeout
	Rejects    Property = "rejects"     // an event with one mistake gets 4xx
	Idempotent Property = "idempotent"  // the second delivery of an event gets 2xx too
	Stored     Property = "stored"      // the probe shows what was sent
	NewestWins Property = "newest-wins" // in any order of the events, the probe shows the highest version
	Once       Property = "once"        // a repeated event changes nothing
)

// Properties lists all properties, in the order in which they are judged.
var Properties = [...]Property{NoCrash, Accepts, Rejects, Idempotent, Stored, NewestWins, Once}

// about has a sentence about each property, for reports.
var about = map[Property]string{
	NoCrash:    "No event causes a status 5xx or a closed connection.",
	Accepts:    "Every valid signed event gets 2xx within the timeout.",
	Rejects:    "An event with one wrong byte, URL, method or digit of the signature gets 4xx.",
	Idempotent: "The second delivery of an event gets 2xx too.",
	Stored:     "The probe shows what was sent.",
	NewestWins: "In any order of the events, the probe shows the highest version.",
	Once:       "A repeated event changes nothing.",
}

// About returns the property in a sentence.
func (p Property) About() string { return about[p] }

// NeedsProbe reports whether only a probe shows whether the property holds.
func (p Property) NeedsProbe() bool { return slices.Contains(Properties[4:], p) }

// ParseProperty returns the property of that name. The error lists the names.
func ParseProperty(name string) (Property, error) {
	if slices.Contains(Properties[:], Property(name)) {
		return Property(name), nil
	}
	names := make([]string, len(Properties))
	for i, p := range Properties {
		names[i] = string(p)
	}
	return "", fmt.Errorf("unknown property %q; it is one of %s", name, strings.Join(names, ", "))
}
