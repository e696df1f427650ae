package scenarios

import (
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"artihook/scenarios/format"
)

// TestRecordAndRun checks that a recorded scenario sends the same bodies again, with valid signatures.
func TestRecordAndRun(t *testing.T) {
	t.Parallel()
	var files []*format.File
	for _, name := range []string{"unicode", "every-answer-type", "out-of-order"} {
		f, err := format.LoadLibrary(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	files = append(files, parseSteps(t, `steps: [{send: {base64: "eyJhIjoiJHtifSJ9"}}, {send: {body: '{"it''s": "\u2028 \t"}'}}, {send: {body: " [1] "}}]`))
	first := startCRM(t, testSecret)
	if rep, err := Run(t.Context(), files, first.options(t)); err != nil || rep.Count().Failed > 0 {
		t.Fatal(err, outcomes(rep))
	}
	var text bytes.Buffer
	r := &format.Recorder{W: &text, Name: "it's recorded"}
	for _, body := range first.bodies() {
		if err := r.Add([]byte(body)); err != nil {
			t.Fatal(err)
		}
	}
	recorded, err := format.Parse("recorded.yaml", text.Bytes())
	if err != nil || r.Steps != len(recorded.Steps) {
		t.Fatalf("%v\n%s", err, text.String())
	}
	second := startCRM(t, testSecret)
	rep, err := Run(t.Context(), []*format.File{recorded}, second.options(t))
	if err != nil || rep.Count().Failed > 0 {
		t.Fatal(err, outcomes(rep))
	}
	if diff := cmp.Diff(first.bodies(), second.bodies()); diff != "" {
		t.Error(diff)
	}
}

// TestRecordedBrackets checks that the parser accepts a recording of many bodies with unclosed brackets.
func TestRecordedBrackets(t *testing.T) {
	t.Parallel()
	var text bytes.Buffer
	r := &format.Recorder{W: &text, Name: "a[b"}
	for range 100 + 1 {
		for _, body := range []string{`{"a":"["}`, `{"a":`, `{"resource":"lead","action":"created","resource_id":"[["}`} {
			if err := r.Add([]byte(body)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := r.Add(bytes.Repeat([]byte("["), 2*100)); err != nil {
		t.Fatal(err)
	}
	f, err := format.Parse("recorded.yaml", text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Steps) != r.Steps {
		t.Errorf("%d of %d steps were parsed", len(f.Steps), r.Steps)
	}
}

func TestRecorderReportsWriteError(t *testing.T) {
	t.Parallel()
	full := errors.New("no space left")
	if err := (&format.Recorder{W: brokenWriter{full}, Name: "x"}).Add([]byte("{}")); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}

type brokenWriter struct{ err error }

func (b brokenWriter) Write([]byte) (int, error) { return 0, b.err }

// FuzzRecord checks that a recorded scenario sends any bytes unchanged.
func FuzzRecord(f *testing.F) {
	for _, body := range []string{"", "{}", `{"a":"it's ${x}"}`, "\xff\x00", "- a: b #c", "\u0085\u2028\ufeff", "line\nline", " x ", "'", "${", "\u00a0", "[", "]{"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var text bytes.Buffer
		if err := (&format.Recorder{W: &text, Name: "it's " + string(body)}).Add(body); err != nil {
			t.Fatal(err)
		}
		file, err := format.Parse("recorded.yaml", text.Bytes())
		if err != nil {
			t.Fatalf("%v\n%q", err, text.String())
		}
		send := file.Steps[0].Send
		got := []byte(nil)
		if send.Body != nil {
			text, err := (&variables{budget: new(budget)}).expand(send.Body.Value)
			if err != nil {
				t.Fatal(err)
			}
			got = []byte(text)
		} else {
			got = send.Base64.Value
		}
		if !bytes.Equal(body, got) {
			t.Errorf("%q was recorded as %q", body, got)
		}
	})
}
