package exchange

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRequestJSON(t *testing.T) {
	t.Parallel()
	got, err := event().MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"method":"POST","headers":{"Host":["example.com:8080"],"User-Agent":["artibot-api"],"Content-Length":["39"],` +
		`"Content-Type":["application/json"],"x-artibot-signature":["D3817110D46EBB2678A3752F4912C74B2A3E736E"]},` +
		`"body":"{\"lead\":{\"name\":\"Zoë <o'Neill> & co\"}}"}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}

func TestResponseJSON(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		response Response
		want     string
	}{
		"empty":    {Response{}, `{"headers":{},"body":"","truncated":false}`},
		"repeated": {Response{Headers: []Header{{"b", "1"}, {"a", "<&>"}, {"b", "2"}}}, `{"headers":{"b":["1","2"],"a":["<&>"]},"body":"","truncated":false}`},
		"binary":   {Response{Body: []byte("\xff\x00"), Truncated: true}, `{"headers":{},"body_base64":"/wA=","truncated":true}`},
		"text":     {Response{Body: []byte("a\x00\"<é")}, `{"headers":{},"body":"a\u0000\"<é","truncated":false}`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := c.response.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Error(diff)
			}
			var back Response
			if err := json.Unmarshal(got, &back); err != nil {
				t.Fatal(err)
			}
			again, err := back.MarshalJSON()
			if err != nil || string(again) != c.want {
				t.Errorf("read and written again: %s, %v", again, err)
			}
		})
	}
}

func TestRequestJSONComesBack(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "plain", "\xff\x00@", "<script>\u2028"} {
		want := event()
		want.Body = []byte(body)
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := Request{Target: want.Target}
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want.AppendRaw(nil)), string(got.AppendRaw(nil))); diff != "" {
			t.Error(diff)
		}
	}
}

func TestUnmarshalSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ data, want string }{
		"both bodies": {`{"body":"a","body_base64":"YQ=="}`, "want one of them"},
		"base64":      {`{"body_base64":"?"}`, `"body_base64"`},
		"headers":     {`{"headers":[]}`, "not an object of arrays"},
		"one value":   {`{"headers":{"A":"b"}}`, `header "A", want an array of strings`},
		"body":        {`{"body":1}`, "body"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, v := range []any{&Request{}, &Response{}} {
				err := json.Unmarshal([]byte(c.data), v)
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%T: error %v, want one with %q", v, err, c.want)
				}
			}
		})
	}
	for _, data := range []string{`{"headers":{"Host":["a","b"]}}`, `{"headers":{"Content-Length":["1","1"]}}`} {
		if err := json.Unmarshal([]byte(data), &Request{}); err == nil || !strings.Contains(err.Error(), "occurs twice") {
			t.Errorf("%s: error %v", data, err)
		}
	}
	if err := json.Unmarshal([]byte(`{"headers":null,"body":"x"}`), &Response{}); err != nil {
		t.Error("headers may be null:", err)
	}
}

func FuzzResponseJSON(f *testing.F) {
	f.Add("A", "b", []byte("body"))
	f.Add("", "\xff", []byte("\xff"))
	f.Fuzz(func(t *testing.T, name, value string, body []byte) {
		data, err := json.Marshal(Response{Headers: []Header{{name, value}}, Body: body})
		if err != nil {
			t.Fatal(err)
		}
		var back Response
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if string(back.Body) != string(body) {
			t.Fatalf("body %q came back as %q", body, back.Body)
		}
	})
}
