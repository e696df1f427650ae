package receiver

import "strings"

// Altered returns the flaws that show that ArtiBot did not send exactly these bytes, as text. It leaves out the flaws that
// custom values and unknown answer types can cause (docs/contract.md, section 2, "Answers").
func Altered(body []byte) []string {
	var altered []string
	for _, flaw := range Lint(body) {
		custom := flaw.ID == FlawAnswerType ||
			strings.HasPrefix(flaw.Path, "lead.data.") && strings.Contains(flaw.Path, ".value")
		if !custom {
			altered = append(altered, flaw.String())
		}
	}
	return altered
}
