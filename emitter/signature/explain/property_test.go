package explain

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// randomEvent returns the body of an event with random answers.
func randomEvent(random *rand.Rand) string {
	text := func() string {
		words := []string{"Zoë", "O'Hara", "a/b", "& Co", "<i>", "Hills", "東京", "1", "%20", "+", "\"q\"", "10", "7/28", "é\u2028", "😀", `C:\x`}
		n := 1 + random.IntN(3)
		var out []string
		for range n {
			out = append(out, words[random.IntN(len(words))])
		}
		return strings.Join(out, " ")
	}
	e := payload.Event{
		Edition: payload.Editions[random.IntN(2)], Action: payload.Actions[random.IntN(3)],
		Meta: payload.Meta{ChatStartPage: "https://travel.example/", IPAddress: "203.0.113.7", Browser: payload.Browser{Name: "Firefox", Version: "102"}},
	}
	e.Lead.Version = 1 + random.IntN(20)
	for i := range 1 + random.IntN(5) {
		answer := payload.Answer{Field: fmt.Sprintf("%s %d", text(), i), Input: text(), Type: payload.TypeText}
		answer.Value = payload.Text(answer.Input)
		if random.IntN(3) == 0 {
			answer.Type, answer.Value = payload.TypeNumber, payload.Number(random.IntN(1e6))
		}
		answer.Display = answer.Input
		e.Lead.Data = append(e.Lead.Data, answer)
		e.Meta.LastAnswered = answer.Field
	}
	e.Time = payload.Live(time.Date(2026, 11, 28, 9, 30, 1, random.IntN(1e9), time.UTC))
	e.Lead.Created, e.Lead.Modified = payload.Stored(e.Time.Time()), e.Time
	if e.Action == payload.Completed {
		e.Lead.Modified = payload.Stored(e.Time.Time())
	}
	newest := e.Lead.Data[len(e.Lead.Data)-1]
	if e.Action == payload.Completed {
		e.Lead.Data = payload.StoredOrder(e.Lead.Data)
	} else {
		e.Lead.Data = append(payload.StoredOrder(e.Lead.Data[:len(e.Lead.Data)-1]), newest)
	}
	return string(e.AppendJSON(nil))
}

// mistakeOf makes one mistake in a trial. ok is false if it changes nothing.
type mistakeOf func(t trial) (changed trial, ok bool)

// allMistakes returns every single mistake of the lists.
func allMistakes() (names []string, list []mistakeOf) {
	for _, m := range urlMistakes() {
		names = append(names, m.id+": "+m.why)
		list = append(list, func(t trial) (trial, bool) {
			p, ok := m.do(splitURL(t.url))
			t.url = p.String()
			return t, ok
		})
	}
	for _, m := range secretMistakes() {
		names = append(names, m.what)
		list = append(list, func(t trial) (trial, bool) {
			secret, ok := m.do(t.secret)
			t.secret = secret
			return t, ok
		})
	}
	for _, m := range bodyMistakes() {
		names = append(names, m.what)
		list = append(list, func(t trial) (trial, bool) {
			body, ok := m.do(t.body)
			t.body = body
			return t, ok
		})
	}
	for _, m := range messageMistakes(urlForm("POST")) {
		names = append(names, m.what)
		list = append(list, func(t trial) (trial, bool) {
			f, ok := m.do(t.form)
			t.form = f
			return t, ok
		})
	}
	return names, list
}

// checkMistake signs a random event with one mistake, and expects that Mismatch finds what was signed.
func checkMistake(t *testing.T, seed uint64, n int) {
	names, list := allMistakes()
	n %= len(list)
	random := rand.New(rand.NewPCG(seed, 1))
	base := trial{
		form: urlForm("POST"), secret: fmt.Sprintf("k3y-%d", random.Uint64()), body: randomEvent(random),
		url: []string{"https://crm.example/hooks/artibot?b=2&a=1%20x", "http://localhost:3000/api/hook", "https://www.crm.example/"}[random.IntN(3)],
	}
	wrong, ok := list[n](base)
	if !ok || wrong == base {
		return
	}
	contract := Contract{Restore: payload.Restore, Altered: receiver.Altered}
	if altered := contract.altered(base.body); len(altered) > 0 {
		t.Fatalf("the event is not ArtiBot's: %q", altered)
	}
	c := Claim{
		Secret: signature.NewSecret(base.secret), Contract: contract, Header: headerValue(&wrong, wrong.digest(hashKinds[0].new)),
		Message: signature.Message{URL: base.url, Body: []byte(base.body)},
	}
	got, proven := Mismatch(c)
	if !proven || got.ID == "right" && wrong.secret == base.secret {
		t.Errorf("seed %d, mistake %d %q: got %s %s", seed, n, names[n], got.ID, got.Text)
	}
	if got.URL != "" && strings.Contains(wrong.form.order, "U") && wrong.form.sep == "&" && got.URL != withoutUserInfo(wrong.url) {
		t.Errorf("seed %d, mistake %d %q: the URL is %s, want %s", seed, n, names[n], got.URL, wrong.url)
	}
	if strings.Contains(got.Text, base.secret) {
		t.Errorf("seed %d, mistake %d %q: the secret is shown", seed, n, names[n])
	}
}

// TestProperty tries a part of the mistakes on random events, one of each name. FuzzProperty tries more.
func TestProperty(t *testing.T) {
	t.Parallel()
	names, _ := allMistakes()
	seen := map[string]bool{}
	for n, name := range names {
		if n%4 == 0 && !seen[name] {
			seen[name] = true
			checkMistake(t, uint64(n), n)
		}
	}
}

func FuzzProperty(f *testing.F) {
	f.Add(uint64(1), uint16(0))
	f.Fuzz(func(t *testing.T, seed uint64, n uint16) { checkMistake(t, seed, int(n)) })
}

// TestHeldBodies changes a random event as programs do. Mismatch restores it or describes it. It blames the
// secret only if the changed body has ArtiBot's form.
func TestHeldBodies(t *testing.T) {
	t.Parallel()
	contract := Contract{Restore: payload.Restore, Altered: receiver.Altered}
	for seed, m := range bodyMistakes() {
		random := rand.New(rand.NewPCG(uint64(seed), 2))
		sent := randomEvent(random)
		held, ok := m.do(sent)
		if !ok || seed%2 != 0 {
			continue
		}
		secret := signature.NewSecret("k3y-of-the-test")
		message := signature.Message{URL: "https://crm.example/hook", Body: []byte(sent)}
		c := Claim{Secret: secret, Contract: contract, Header: signature.Sign(secret, signature.SchemeURL, message)}
		message.Body = []byte(held)
		c.Message = message
		got, proven := Mismatch(c)
		looksSent := len(contract.altered(held)) == 0 && !strings.Contains(held, "\ufffd")
		if !proven && !strings.HasPrefix(got.ID, "body-") && !looksSent {
			t.Errorf("%s: got %s %s", m.what, got.ID, got.Text)
		}
		if m.id == "body-reserialised" && !proven {
			t.Errorf("%s is not restored: %s", m.what, got.Text)
		}
	}
}
