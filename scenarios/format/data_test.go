package format

import (
	"testing"
	"unicode/utf8"
)

// FuzzParseRows checks that a data file has rows with names and values, or an error of one line.
func FuzzParseRows(f *testing.F) {
	for _, name := range []string{"a.csv", "a.json", "a.yaml", "a.txt"} {
		for _, data := range []string{"a,b\n1,\"2\"\n", `[{"a":1,"b":{"c":[null,"x"]}},{}]`, "- a: 1\n  b: [x]\n", "", "[", "[{\"a\":1}", "a\n\"", "\xff"} {
			f.Add(name, []byte(data))
		}
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		rows, err := parseRows(name, data)
		if err == nil && len(rows) == 0 {
			t.Error("neither a row nor an error")
		}
		for _, r := range rows {
			for column, value := range r.values {
				if column == "" || len(column)+len(value) > 6*len(data) {
					t.Errorf("column %q has the value %q", column, value)
				}
			}
			if label := brief(r.first); utf8.RuneCountInString(label) > 40 {
				t.Errorf("the label %q is too long", label)
			}
		}
	})
}
