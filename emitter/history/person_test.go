package history

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// bodyOf returns an event's body with these answers: field, type, input.
func bodyOf(answers ...string) []byte {
	var data []string
	for i := 0; i < len(answers); i += 3 {
		data = append(data, fmt.Sprintf(`%q:{"input":%q,"type":%q,"display_value":"","value":1}`, answers[i], answers[i+2], answers[i+1]))
	}
	return []byte(`{"lead":{"data":{` + strings.Join(data, ",") + `}}}`)
}

func TestPerson(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		body []byte
		want Person
	}{
		{bodyOf("Name", "text", "Ada Lovelace", "Work Email", "email", "ada@mail.example", "Phone", "phone_number", "+1 555 010"), Person{"Ada Lovelace", "ada@mail.example", "+1 555 010"}},
		{bodyOf("First Name", "text", "Ada", "Last Name", "text", "Lovelace", "Company name", "text", "Acme"), Person{Name: "Ada Lovelace"}},
		{bodyOf("Family name", "text", "Lovelace", "Given name", "text", "Ada"), Person{Name: "Ada Lovelace"}},
		{bodyOf("Vor- und Nachname", "text", "Ada Lovelace", "Employer's name", "text", "Acme"), Person{Name: "Ada Lovelace"}},
		{bodyOf("お名前", "text", "山田 花子"), Person{Name: "山田 花子"}},
		{bodyOf("Name First", "text", "Ada"), Person{Name: "Ada"}},
		{bodyOf("Name of the plan", "multiple_choice", "Basic"), Person{}},
		{[]byte(`{"lead":{"data":{"Name":"Ada","Email":{"input":7,"type":"email"},"Mail":{"input":"a@b","type":"email"}}}}`), Person{Email: "a@b"}},
		{[]byte(`not JSON`), Person{}},
		{nil, Person{}},
	} {
		d := sample()
		d.Request.Body = tt.body
		if got := d.Person(); got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.body, got, tt.want)
		}
	}
}

func TestFilterWho(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	for _, d := range []struct {
		lead string
		body []byte
	}{
		{leadA, bodyOf("Topic", "text", "anna@else.example")},
		{leadA, bodyOf("Topic", "text", "x", "Name", "text", "Zoë Ümit")},
		{leadB, bodyOf("Name", "text", "Anna", "Mail", "email", "anna_b@mail.example")},
		{leadB, bodyOf("Name", "text", "Anna", "Mail", "email", "anna_b@mail.example", "Phone", "phone_number", "+49 (30) 901-820")},
		{"", bodyOf("Name", "text", "Anna")},
	} {
		record(t, store, func(to *Delivery) { to.Lead, to.Request.Body = d.lead, d.body })
	}
	for who, want := range map[string]string{
		"anna": "4 3", "ANNA_B@": "4 3", "annaxb@": "", "zoë ü": "2 1", "ZOË": "2 1", "30901820": "4 3", "+49 30 901": "4 3", "901": "4 3", "301": "", "901-820": "4 3", "%": "", "nobody": "",
	} {
		if got := listIDs(t, store, Filter{Who: who}); got != want {
			t.Errorf("%q: got %q, want %q", who, got, want)
		}
	}
	if got := listIDs(t, store, Filter{Who: "anna", Since: noon.Add(time.Hour)}); got != "" {
		t.Errorf("with another filter: %q", got)
	}
	if s, err := store.Stats(t.Context(), Filter{Who: "anna"}); err != nil || s.Deliveries != 2 {
		t.Errorf("stats: %+v, %v", s, err)
	}
	if p, err := store.Person(t.Context(), leadB); err != nil || p.Phone != "+49 (30) 901-820" {
		t.Errorf("the person of a lead: %+v, %v", p, err)
	}
	if p, err := store.Person(t.Context(), "no lead"); err != nil || p != (Person{}) {
		t.Errorf("the person of no lead: %+v, %v", p, err)
	}
}

// FuzzWho holds that the pattern of the query selects every request with a matching person.
func FuzzWho(f *testing.F) {
	f.Add("Zoë", "zoë@mail.example", "+1 (555) 010", "zo")
	f.Add(`"quoted" \ name`, "", "", `d" \`)
	f.Add("", "", "0123-456", "0123 4")
	f.Fuzz(func(t *testing.T, name, email, phone, who string) {
		p := Person{name, email, phone}
		if p.matches(who) && !like(name+"\n"+email+"\n"+phone, whoPattern(who)) {
			t.Errorf("%+v matches %q, but not the pattern %q", p, who, whoPattern(who))
		}
	})
}

// like is LIKE for patterns of letters, digits and %.
func like(text, pattern string) bool {
	text = strings.ToLower(text)
	for part := range strings.SplitSeq(strings.ToLower(pattern), "%") {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return true
}
