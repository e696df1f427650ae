package payload

import "testing"

func TestSetAndUnset(t *testing.T) {
	t.Parallel()
	const body = `{"lead":{"id":"a","data":{"Name [2]":{"value":"b"},"a.b":1}},"list":[1]}`
	tests := []struct {
		path  string
		value Raw // "" takes the path out
		want  string
		fails string
	}{
		{path: "lead.id", value: `"c"`, want: `{"lead":{"id":"c","data":{"Name [2]":{"value":"b"},"a.b":1}},"list":[1]}`},
		{path: "lead.data.a\\.b", value: `2`, want: `{"lead":{"id":"a","data":{"Name [2]":{"value":"b"},"a.b":2}},"list":[1]}`},
		{path: "lead.new", value: `null`, want: `{"lead":{"id":"a","data":{"Name [2]":{"value":"b"},"a.b":1},"new":null},"list":[1]}`},
		{path: "list.0", value: `[]`, want: `{"lead":{"id":"a","data":{"Name [2]":{"value":"b"},"a.b":1}},"list":[[]]}`},
		{path: "lead.data.Name [2]", want: `{"lead":{"id":"a","data":{"a.b":1}},"list":[1]}`},
		{path: "laed.id", value: `1`, fails: `the body has no "laed"; did you mean lead?`},
		{path: "other.id", value: `1`, fails: `the body has no "other"`},
		{path: "other", value: `1`, fails: `the body has no "other"`},
		{path: "lst", value: `1`, fails: `the body has no "lst"; did you mean list?`},
		{path: "ID", value: `1`, fails: `the body has no "ID"; did you mean lead.id?`},
		{path: "list", value: `{}`, want: `{"lead":{"id":"a","data":{"Name [2]":{"value":"b"},"a.b":1}},"list":{}}`},
		{path: "lead.id.x", value: `1`, fails: `"lead.id" is neither an object nor an array`},
		{path: "list.1", value: `2`, want: `{"lead":{"id":"a","data":{"Name [2]":{"value":"b"},"a.b":1}},"list":[1,2]}`},
		{path: "list.-1", value: `2`, want: `{"lead":{"id":"a","data":{"Name [2]":{"value":"b"},"a.b":1}},"list":[1,2]}`},
		{path: "list.777777777", value: `2`, fails: `"list" is an array of 1; want an index from 0 to 1, or -1 to append`},
		{path: "list.#", value: `2`, fails: `"list" is an array of 1; want an index from 0 to 1, or -1 to append`},
		{path: "lead.", value: `1`, fails: "the path ends in a dot"},
		{path: "lead.nope", fails: "the body has no such path"},
	}
	for _, tt := range tests {
		got, err := Set([]byte(body), tt.path, tt.value)
		if tt.value == "" {
			got, err = Unset([]byte(body), tt.path)
		}
		if tt.fails != "" {
			if err == nil || err.Error() != tt.fails {
				t.Errorf("%s: got %v, want %q", tt.path, err, tt.fails)
			}
		} else if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s, %v; want %s", tt.path, got, err, tt.want)
		}
	}
}
