package payload

import "fmt"

// Edition says which of the two known payload forms is meant (docs/contract.md, section 2, "Two payload editions").
type Edition uint8

const (
	Edition2019 Edition = iota // as documented by ArtiBot; the zero value
	Edition2022                // as seen in production
)

// Editions lists every edition, oldest first.
var Editions = [...]Edition{Edition2019, Edition2022}

// ParseEdition reads "2019" or "2022".
func ParseEdition(s string) (Edition, error) {
	for _, e := range Editions {
		if s == e.String() {
			return e, nil
		}
	}
	return 0, fmt.Errorf("unknown edition %q; it is 2019 or 2022", s)
}

// String gives the year: "2019" or "2022".
func (e Edition) String() string {
	if e == Edition2022 {
		return "2022"
	}
	return "2019"
}
