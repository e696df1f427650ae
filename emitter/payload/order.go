package payload

import (
	"cmp"
	"slices"
	"strings"
)

// StoredOrder puts answers into the order in which a PostgreSQL jsonb column gives them back: by the length of the
// field name in bytes, then bytewise (docs/contract.md, section 2, "Answers"). Of several answers to one field the last
// stays. It sorts in place and returns the answers that remain.
func StoredOrder(data []Answer) []Answer {
	slices.SortStableFunc(data, func(a, b Answer) int { return compareStored(a.Field, b.Field) })
	kept := data[:0]
	for i := range data {
		if i+1 < len(data) && data[i].Field == data[i+1].Field {
			continue
		}
		kept = append(kept, data[i])
	}
	return kept
}

func compareStored(a, b string) int {
	if byLength := cmp.Compare(len(a), len(b)); byLength != 0 {
		return byLength
	}
	return strings.Compare(a, b)
}
