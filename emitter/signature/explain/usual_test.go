package explain

import (
	"slices"
	"strings"
	"testing"

	"artihook/emitter/signature"
)

// Each usual mistake is one that Mismatch names too, and makes a difference for some message.
func TestUsual(t *testing.T) {
	t.Parallel()
	const event = `{"lead":{"id":"é","b":1.0,"a":"<&>/"},"a":2}`
	used := map[string]bool{}
	for _, claim := range []Claim{
		{Message: signature.Message{URL: "http://localhost:3000/hook?token=abc"}},
		{Message: signature.Message{URL: "https://crm.example/hook/"}, AlsoURLs: []string{"http://localhost/hook"}},
		{Scheme: signature.SchemeBody},
	} {
		claim.Secret, claim.Message.Body = signature.NewSecret("c2VjcmV0LWtleS0x"), []byte(event)
		if claim.Scheme == signature.SchemeBody {
			claim.Secret = signature.NewSecret("00112233")
		}
		guesses := Usual(claim, 100)
		if len(guesses) < 10 {
			t.Errorf("only %d guesses", len(guesses))
		}
		for _, g := range guesses {
			claim.Header = g.Header
			got, proven := Mismatch(claim)
			if !strings.HasPrefix(g.Text, lowerCase) && (!proven || got.ID == "right") {
				t.Errorf("%s: Mismatch returns %+v", g.Text, got)
			}
			if g.Fix == nil || g.Text == "" {
				t.Errorf("%+v is not complete", g)
			}
			for _, name := range usualMistakes {
				if strings.Contains(g.Text, name) {
					used[name] = true
				}
			}
		}
		if all := Usual(claim, 5); len(all) != 5 || !slices.Equal(headers(all), headers(guesses[:5])) {
			t.Error("the bound does not return the first ones")
		}
	}
	for _, name := range usualMistakes {
		if !used[name] {
			t.Errorf("%q makes no difference for any message", name)
		}
	}
}

func headers(guesses []Guess) []string {
	var list []string
	for _, g := range guesses {
		list = append(list, g.Header)
	}
	return list
}

// OfBody returns the mistakes that change this body and not the accepted one.
func TestOfBody(t *testing.T) {
	t.Parallel()
	claim := Claim{Secret: signature.NewSecret("s"), Message: signature.Message{URL: "http://localhost/", Body: []byte(`{"a":"é"}`)}}
	guesses := OfBody(claim, []byte(`{"a":"e"}`))
	found := false
	for _, g := range guesses {
		found = found || strings.Contains(g.Text, "taken for Latin-1")
		if strings.Contains(g.Text, "indent") || strings.Contains(g.Text, "an empty body") {
			t.Errorf("%s changes the accepted body too", g.Text)
		}
	}
	if !found || len(guesses) > 28 {
		t.Errorf("%d guesses, with Latin-1: %t", len(guesses), found)
	}
}
