package history

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// Person is the contact data of a lead. Unknown fields are empty.
type Person struct{ Name, Email, Phone string }

// String returns the name, otherwise the e-mail address; "" if neither is known.
func (p Person) String() string { return cmp.Or(p.Name, p.Email) }

// Person returns the contact data in the body of the request, which must have been read (Filter.Whole).
func (d *Delivery) Person() Person {
	var event struct {
		Lead struct {
			Data map[string]json.RawMessage `json:"data"`
		} `json:"lead"`
	}
	if json.Unmarshal(d.Request.Body, &event) != nil {
		return Person{}
	}
	var p Person
	var full, first, last string
	for _, field := range slices.Sorted(maps.Keys(event.Lead.Data)) {
		var answer struct{ Input, Type string }
		if json.Unmarshal(event.Lead.Data[field], &answer) != nil {
			continue
		}
		switch answer.Type {
		case "email":
			p.Email = cmp.Or(p.Email, answer.Input)
		case "phone_number":
			p.Phone = cmp.Or(p.Phone, answer.Input)
		case "text":
			switch nameOf(field) {
			case fullName:
				full = cmp.Or(full, answer.Input)
			case firstName:
				first = cmp.Or(first, answer.Input)
			case lastName:
				last = cmp.Or(last, answer.Input)
			}
		}
	}
	p.Name = cmp.Or(full, strings.TrimSpace(first+" "+last))
	return p
}

// nameKind is the part of a person's name that a field asks for.
type nameKind int

const (
	noName nameKind = iota
	fullName
	firstName
	lastName
)

var (
	nameWords  = []string{"name", "nombre", "名前"}
	otherNames = []string{"company", "business", "organi", "employer", "school", "product", "project", "pet", "user", "file", "property", "brand"}
	firstWords = []string{"first", "given", "vor"}
	lastWords  = []string{"last", "family", "surname", "nach"}
)

// nameOf returns the kind of name that a field asks for, by the words in it. It knows common English, German, Spanish and
// Japanese fields.
func nameOf(field string) nameKind {
	field = strings.ToLower(field)
	has := func(words []string) bool {
		return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(field, word) })
	}
	first, last := has(firstWords), has(lastWords)
	switch {
	case !has(nameWords) || has(otherNames):
		return noName
	case first && !last:
		return firstName
	case last && !first:
		return lastName
	}
	return fullName
}

// minDigits is the length from which a text of digits is compared with the digits of phone numbers.
const minDigits = 4

// matches reports whether the name or the e-mail address contains text, in any case, or the phone number has its digits.
func (p Person) matches(text string) bool {
	text = strings.ToLower(text)
	for _, field := range []string{p.Name, p.Email, p.Phone} {
		if strings.Contains(strings.ToLower(field), text) {
			return true
		}
	}
	number := digits(text)
	return len(number) >= minDigits && strings.Trim(text, "0123456789+-(). ") == "" && strings.Contains(digits(p.Phone), number)
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// whoPattern returns a LIKE pattern that every request with a matching person meets. JSON can spell what is not a letter
// or a digit in several ways, and phone numbers have any characters between their digits.
func whoPattern(text string) string {
	pattern := []byte{'%'}
	isNumber := digits(text) != "" && strings.Trim(text, "0123456789+-(). ") == ""
	for _, r := range text {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			pattern = append(pattern, byte(r))
			if !isNumber {
				continue
			}
		}
		if pattern[len(pattern)-1] != '%' {
			pattern = append(pattern, '%')
		}
	}
	return string(append(pattern, '%'))
}

// leadsOf returns the numbers of the leads with a delivery whose person matches the text.
func (s *Store) leadsOf(ctx context.Context, text string) ([]int64, error) {
	found := map[string]bool{}
	sel := selection{where: []string{"d.lead IS NOT NULL", "CAST(r.raw AS TEXT) LIKE ?"}, args: []any{whoPattern(text)}}
	for more, from := true, int64(0); more; {
		at := sel
		at.and("d.id > ?", from)
		var rows []Delivery
		var err error
		if rows, more, err = s.query(ctx, at, true, "d.id LIMIT ?", wholeChunk); err != nil {
			return nil, err
		}
		for i := range rows {
			from = rows[i].ID
			if !found[rows[i].Lead] && rows[i].Person().matches(text) {
				found[rows[i].Lead] = true
			}
		}
	}
	var numbers []int64
	for lead := range found {
		some, err := s.leadNumbers(ctx, lead)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, some...)
	}
	return numbers, nil
}

// Person returns the contact data in the current state of a lead (see LastOfLead). It is zero for an unknown lead.
func (s *Store) Person(ctx context.Context, lead string) (Person, error) {
	d, err := s.LastOfLead(ctx, lead)
	if errors.Is(err, ErrNotFound) {
		return Person{}, nil
	}
	return d.Person(), err
}
