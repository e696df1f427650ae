package explain

import (
	"encoding/json"
	"strings"
	"testing"
)

const trickyJSON = `{ "b": [4.0, 1e21, 1E-7, -0, 12345678901234567890, true, null],
  "a": {"x": "é😀\u2028 <&> \"q\" \\ \/ \b\t\n\f\r\u0001\u0085 '+` + "`" + `"}, "e": {}, "l": [], "b": 1 }`

// The expected texts were written by hand after the documentation of each library.
func TestJSONStyles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		style jsonStyle
		want  string
	}{
		{
			"compact",
			jsonStyle{},
			`{"b":[4.0,1e21,1E-7,-0,12345678901234567890,true,null],"a":{"x":"é😀` + "\u2028" +
				` <&> \"q\" \\ / \b\t\n\f\r\u0001` + "\u0085" + ` '+` + "`" + `"},"e":{},"l":[],"b":1}`,
		},
		{
			"JSON.stringify",
			jsonStyle{numbers: jsNumbers},
			`{"b":[4,1e+21,1e-7,0,12345678901234567000,true,null],"a":{"x":"é😀` + "\u2028" +
				` <&> \"q\" \\ / \b\t\n\f\r\u0001` + "\u0085" + ` '+` + "`" + `"},"e":{},"l":[],"b":1}`,
		},
		{
			"Go, sorted",
			jsonStyle{escapes: escapeHTML, keys: sortedKeys},
			`{"a":{"x":"é😀\u2028 \u003c\u0026\u003e \"q\" \\ / \b\t\n\f\r\u0001` + "\u0085" + ` '+` + "`" +
				`"},"b":[4.0,1e21,1E-7,-0,12345678901234567890,true,null],"b":1,"e":{},"l":[]}`,
		},
		{
			"Python",
			jsonStyle{comma: ", ", colon: ": ", escapes: escapeASCII},
			`{"b": [4.0, 1e21, 1E-7, -0, 12345678901234567890, true, null], "a": {"x": "\u00e9\ud83d\ude00\u2028` +
				` <&> \"q\" \\ / \b\t\n\f\r\u0001\u0085 '+` + "`" + `"}, "e": {}, "l": [], "b": 1}`,
		},
		{
			"System.Text.Json",
			jsonStyle{escapes: escapeNet},
			`{"b":[4.0,1e21,1E-7,-0,12345678901234567890,true,null],"a":{"x":"\u00E9\uD83D\uDE00\u2028` +
				` \u003C\u0026\u003E \u0022q\u0022 \\ / \b\t\n\f\r\u0001\u0085 \u0027\u002B\u0060"},"e":{},"l":[],"b":1}`,
		},
		{
			"PHP",
			jsonStyle{escapes: escapeASCII | escapeSlash},
			`{"b":[4.0,1e21,1E-7,-0,12345678901234567890,true,null],"a":{"x":"\u00e9\ud83d\ude00\u2028` +
				` <&> \"q\" \\ \/ \b\t\n\f\r\u0001\u0085 '+` + "`" + `"},"e":{},"l":[],"b":1}`,
		},
	}
	value, ok := readJSON([]byte(trickyJSON))
	if !ok {
		t.Fatal("it is not read")
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(tt.style.append(nil, &value, 0)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestJSONIndented(t *testing.T) {
	t.Parallel()
	value, ok := readJSON([]byte(`{"a":[1,{"b":null}],"c":{},"d":[]}`))
	if !ok {
		t.Fatal("it is not read")
	}
	want := "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}"
	if got := string((&jsonStyle{indent: "  ", colon: ": "}).append(nil, &value, 0)); got != want {
		t.Errorf("got %s", got)
	}
}

func TestReadJSONRefuses(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", " ", "{", "{}{}", `{"a"}`, `{"a":1,}`, "[1 2]", "nul", "]",
		strings.Repeat("[", maxJSONDepth+2) + strings.Repeat("]", maxJSONDepth+2),
	} {
		if _, ok := readJSON([]byte(body)); ok {
			t.Errorf("%q is read as JSON", body)
		}
	}
}

// FuzzJSONStyles compares the rewriting with the output of encoding/json for the same value.
func FuzzJSONStyles(f *testing.F) {
	f.Add([]byte(trickyJSON))
	f.Add([]byte(`"\ud800"`))
	f.Add([]byte(`[1.0,2e5,0.000001,1e-7]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		value, ok := readJSON(body)
		if !ok {
			return
		}
		var want any
		if err := json.Unmarshal(body, &want); err != nil {
			return // a number out of range, for one
		}
		wantText, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		for _, writer := range writers {
			if s := writer.style; s.rename != nil || s.dropNulls || s.emptyAsArray || s.numbers == doubleNumbers {
				continue // it changes the value
			}
			again := writer.style.append(nil, &value, 0)
			var got any
			if err := json.Unmarshal(again, &got); err != nil {
				t.Fatalf("%s writes %q from %q: %v", writer.name, again, body, err)
			}
			gotText, err := json.Marshal(got)
			if err != nil {
				t.Fatal(err)
			}
			if strings.ReplaceAll(string(gotText), "-0", "0") != strings.ReplaceAll(string(wantText), "-0", "0") {
				t.Fatalf("%s writes %q from %q", writer.name, again, body)
			}
		}
	})
}
