package payload

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// loadVectors reads the cases of a file, refusing keys that the test does not know and a file without cases.
func loadVectors[T any](t *testing.T, name string) []T {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dec := json.NewDecoder(f)
	dec.DisallowUnknownFields()
	var cases []T
	if err := dec.Decode(&cases); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(cases) == 0 {
		t.Fatalf("%s holds no case", name)
	}
	return cases
}

func TestBodyEncodingVectors(t *testing.T) {
	t.Parallel()
	type vector struct {
		Name  string `json:"name"`
		Value string `json:"go_value_json"`
		Wire  string `json:"wire"`
	}
	for _, v := range loadVectors[vector](t, "body-encoding.json") {
		t.Run(v.Name, func(t *testing.T) {
			for from, text := range map[string]string{"value": v.Value, "wire": v.Wire} {
				got, err := ParseRaw([]byte(text))
				if err != nil {
					t.Fatalf("%s: %v", from, err)
				}
				if string(got) != v.Wire {
					t.Errorf("%s %s\n got %s\nwant %s", from, text, got, v.Wire)
				}
			}
		})
	}
}

func TestStoredOrderVectors(t *testing.T) {
	t.Parallel()
	type vector struct {
		Name    string   `json:"name"`
		Keys    []string `json:"keys"`
		Ordered []string `json:"ordered"`
	}
	for _, v := range loadVectors[vector](t, "jsonb-key-order.json") {
		t.Run(v.Name, func(t *testing.T) {
			data := make([]Answer, len(v.Keys))
			for i, key := range v.Keys {
				data[i].Field = key
			}
			var got []string
			for _, a := range StoredOrder(data) {
				got = append(got, a.Field)
			}
			if diff := cmp.Diff(v.Ordered, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStoredOrderKeepsTheLastOfDuplicates(t *testing.T) {
	t.Parallel()
	got := StoredOrder([]Answer{{Field: "b"}, {Field: "a", Input: "first"}, {Field: "a", Input: "last"}})
	if len(got) != 2 || got[0].Input != "last" {
		t.Errorf("got %+v", got)
	}
}

func samples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/samples/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	bodies := map[string][]byte{}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		bodies[strings.TrimSuffix(filepath.Base(file), ".json")] = body
	}
	return bodies
}

func TestSamplesDecodeAndEncodeToTheSameBytes(t *testing.T) {
	t.Parallel()
	for name, body := range samples(t) {
		t.Run(name, func(t *testing.T) {
			e, err := Decode(body)
			if err != nil {
				t.Fatal(err)
			}
			if want, _, _ := strings.Cut(name, "-"); e.Edition.String() != want {
				t.Errorf("edition %s, want %s", e.Edition, want)
			}
			for _, a := range e.Lead.Data {
				if raw, isRaw := a.Value.(Raw); isRaw {
					t.Errorf("answer %q is not typed: %s", a.Field, raw)
				}
			}
			if diff := cmp.Diff(string(body), string(e.AppendJSON(nil))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
