package signature

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const hidden = "correct-horse-battery"

func TestSecretPrintsAsPlaceholder(t *testing.T) {
	t.Parallel()
	secret := NewSecret(hidden)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%10.3s", "%U"} {
		if got := fmt.Sprintf(verb, secret); got != "[secret]" {
			t.Errorf("%s prints %q", verb, got)
		}
		if got := fmt.Sprintf(verb, &secret); got != "[secret]" {
			t.Errorf("%s of a pointer prints %q", verb, got)
		}
	}
	if got := secret.String() + secret.GoString(); got != "[secret][secret]" {
		t.Errorf("String and GoString give %q", got)
	}
}

// fmt calls no methods on unexported fields, so the value itself must hide its bytes.
func TestSecretInsideAStruct(t *testing.T) {
	t.Parallel()
	type webhook struct {
		Name   string
		Secret Secret
		inner  Secret
		list   []Secret
		byName map[string]Secret
	}
	s := NewSecret(hidden)
	w := webhook{"crm", s, s, []Secret{s}, map[string]Secret{"a": s}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, value := range []any{w, &w, []webhook{w}, fmt.Errorf("failed: %w", errors.New(fmt.Sprint(w)))} {
			assertHidden(t, verb, fmt.Sprintf(verb, value))
		}
	}
	encoded, err := json.Marshal(w)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"Name":"crm","Secret":"[secret]"}`; string(encoded) != want {
		t.Errorf("JSON is %s, want %s", encoded, want)
	}
}

func TestSecretInLogs(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		log := slog.New(handler)
		log.Info("signing", "secret", NewSecret(hidden))
		log.Info("signing", "webhook", struct{ Secret Secret }{NewSecret(hidden)})
		log.Info("signing", "webhook", struct{ s Secret }{NewSecret(hidden)})
	}
	assertHidden(t, "slog", out.String())
	if n := strings.Count(out.String(), "[secret]"); n != 4 {
		t.Errorf("%d placeholders, want 4:\n%s", n, out.String())
	}
}

func TestSecretAsText(t *testing.T) {
	t.Parallel()
	text, err := NewSecret(hidden).MarshalText()
	if err != nil || string(text) != "[secret]" {
		t.Errorf("MarshalText returns %q, %v", text, err)
	}
	key, err := json.Marshal(map[string]Secret{"k": NewSecret(hidden)})
	if err != nil || string(key) != `{"k":"[secret]"}` {
		t.Errorf("in a map: %s, %v", key, err)
	}
}

func assertHidden(t *testing.T, where, text string) {
	t.Helper()
	inBytes := strings.Trim(fmt.Sprint([]byte(hidden)), "[]")
	for _, leak := range []string{hidden, hidden[3:12], fmt.Sprintf("%x", hidden), inBytes} {
		if strings.Contains(text, leak) {
			t.Errorf("%s shows the secret: %s", where, text)
		}
	}
}

func TestSecretBytes(t *testing.T) {
	t.Parallel()
	var zero Secret
	if !zero.Empty() || len(zero.Bytes()) != 0 || !NewSecret("").Empty() || NewSecret(" ").Empty() {
		t.Error("only a secret without bytes is empty")
	}
	s := NewSecret("päss")
	s.Bytes()[0] = 'X'
	if got := string(s.Bytes()); got != "päss" {
		t.Errorf("the caller's edit reached the secret: %q", got)
	}
	if !s.Equal(NewSecret("päss")) || s.Equal(NewSecret("pass")) || !zero.Equal(NewSecret("")) {
		t.Error("Equal compares the bytes")
	}
	if diff := cmp.Diff(s, NewSecret("päss")); diff != "" {
		t.Error(diff)
	}
}
