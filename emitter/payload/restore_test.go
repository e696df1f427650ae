package payload

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
)

// encoding/json loses the order of all keys, and writes 4.0 as 4.
func TestRestoreUndoesAGoMap(t *testing.T) {
	t.Parallel()
	for name, body := range samples(t) {
		var parsed any
		if err := json.Unmarshal(body, &parsed); err != nil {
			t.Fatal(err)
		}
		rewritten, err := json.Marshal(parsed)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Equal(rewritten, body) {
			t.Fatalf("%s: encoding/json changes nothing", name)
		}
		if got := Restore(rewritten); len(got) == 0 || !bytes.Equal(got[0], body) {
			t.Errorf("%s: the first of %d restored bodies is %s", name, len(got), slices.Concat(got...)[:min(2000, len(slices.Concat(got...)))])
		}
	}
}

func TestRestoreTriesEachAnswerAsTheNewest(t *testing.T) {
	t.Parallel()
	body := samples(t)["2022-updated"]
	e, err := Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	stored := StoredOrder(slices.Clone(e.Lead.Data))
	e.Lead.Data = withLast(stored, 3)
	want := e.AppendJSON(nil)
	if got := Restore(body); !slices.ContainsFunc(got, func(b []byte) bool { return bytes.Equal(b, want) }) {
		t.Errorf("none of %d restored bodies has the answer %q last", len(got), stored[3].Field)
	}
}

func TestRestoreRejectsOtherBodies(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "null", `{"lead":{}}`, "lead=1", `[{"resource":"lead"}]`} {
		if got := Restore([]byte(body)); got != nil {
			t.Errorf("%s is restored as %s", body, got)
		}
	}
}

func TestRestoreOrdersTheKeysOfValues(t *testing.T) {
	t.Parallel()
	body := samples(t)["2022-updated"]
	moved := bytes.Replace(body, []byte(`"grain":"day","timezone":"Asia/Calcutta"`), []byte(`"timezone":"Asia/Calcutta","grain":"day"`), 1)
	if bytes.Equal(moved, body) {
		t.Fatal("the sample has no such value")
	}
	if got := Restore(moved); len(got) == 0 || !bytes.Equal(got[0], body) {
		t.Errorf("the first of %d restored bodies is another one", len(got))
	}
	custom := bytes.Replace(body, []byte(`"grain":"day",`), []byte(`"note":1,"grain":"day",`), 1)
	if got := Restore(custom); len(got) == 0 || !bytes.Equal(got[0], custom) {
		t.Error("a value with other keys does not keep their order")
	}
}
