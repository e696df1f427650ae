package payload

import "fmt"

// Edition is one of the two known forms of the payload (docs/contract.md, section 2, "Two payload editions").
type Edition uint8

// The two editions.
const (
	Edition2019 Edition = iota // as documented by ArtiBot; the zero value
	Edition2022                // as seen in production
)

// Editions lists every edition, oldest first.
var Editions = [...]Edition{Edition2019, Edition2022}

// ParseEdition parses "2019" or "2022".
func ParseEdition(s string) (Edition, error) {
	for _, e := range Editions {
		if s == e.String() {
			return e, nil
		}
	}
	return 0, fmt.Errorf("unknown edition %q; it is 2019 or 2022", s)
}

// String returns the year: "2019" or "2022".
func (e Edition) String() string {
	if e == Edition2022 {
		return "2022"
	}
	return "2019"
}
