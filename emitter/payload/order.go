package payload

import (
	"cmp"
	"slices"
	"strings"
)

// StoredOrder sorts answers into the order in which a PostgreSQL jsonb column returns them: by the length of the field
// name in bytes, then bytewise (docs/contract.md, section 2, "Answers"). Of several answers with one field it keeps the
// last. It sorts in place and returns the remaining answers.
func StoredOrder(data []Answer) []Answer {
	slices.SortStableFunc(data, func(a, b Answer) int { return compareStored(a.Field, b.Field) })
	unique := data[:0]
	for i := range data {
		if i+1 < len(data) && data[i].Field == data[i+1].Field {
			continue
		}
		unique = append(unique, data[i])
	}
	return unique
}

func compareStored(a, b string) int {
	if byLength := cmp.Compare(len(a), len(b)); byLength != 0 {
		return byLength
	}
	return strings.Compare(a, b)
}
