package receivertest

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// event is the part of an event that the mistakes depend on.
type event struct {
	Lead struct {
		CreateDate string `json:"create_date"`
		ModifyDate string `json:"modify_date"`
		ContactID  string `json:"contact_id"`
		Status     any
		Data       map[string]answer
	}
	Meta struct {
		ChatStartPage string `json:"chat_start_page"`
		IPAddress     string `json:"ip_address"`
		Location      struct {
			Country     string `json:"country_abbreviation"`
			Name        string `json:"country"`
			State, City *string
		}
		Browser struct {
			UserAgent string `json:"user_agent"`
			Name      string
			IsMobile  bool `json:"is_mobile"`
		}
		LastAnswered *string `json:"last_answered_field_name"`
	}
	Resource        string
	Action          string
	ResourceID      string `json:"resource_id"`
	ResourceVersion int    `json:"resource_version"`
	TimeStamp       string `json:"time_stamp"`
}

// answer is an entry of lead.data.
type answer struct {
	Input   string
	Type    string
	Display string `json:"display_value"`
	Value   json.RawMessage
}

func readEvent(body []byte) event {
	var e event
	_ = json.Unmarshal(body, &e) // fields that cannot be read stay zero
	return e
}

// isEvent reports whether the body was an event.
func (e *event) isEvent() bool { return e.ResourceID != "" }

// isText reports whether the value is a text.
func (a answer) isText() bool { return strings.HasPrefix(string(a.Value), `"`) }

// text returns the value if it is a text.
func (a answer) text() string {
	var text string
	_ = json.Unmarshal(a.Value, &text) // "" for other values
	return text
}

// anyAnswer reports whether an answer fits.
func (e *event) anyAnswer(fits func(answer) bool) bool {
	for _, a := range e.Lead.Data {
		if fits(a) {
			return true
		}
	}
	return false
}

// anyText reports whether the value of an answer is a text that fits.
func (e *event) anyText(fits func(string) bool) bool {
	return e.anyAnswer(func(a answer) bool { return a.isText() && fits(a.text()) })
}

// anyTextWith reports whether the value of an answer is a text with one of these parts.
func (e *event) anyTextWith(parts ...string) bool {
	return e.anyText(func(text string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
	})
}

// anyTextIs reports whether the value of an answer is one of these texts.
func (e *event) anyTextIs(texts ...string) bool {
	return e.anyText(func(text string) bool { return slices.Contains(texts, text) })
}

// anyNumber reports whether the value of an answer is a number that fits.
func (e *event) anyNumber(fits func(float64) bool) bool {
	return e.anyAnswer(func(a answer) bool {
		n, err := strconv.ParseFloat(string(a.Value), 64)
		return err == nil && fits(n)
	})
}

// anyField reports whether the name of an answer fits.
func (e *event) anyField(fits func(string) bool) bool {
	for field := range e.Lead.Data {
		if fits(field) {
			return true
		}
	}
	return false
}

// anyCustom reports whether the value of a text answer fits, as JSON.
func (e *event) anyCustom(fits func(string) bool) bool {
	return e.anyAnswer(func(a answer) bool { return a.Type == "text" && fits(string(a.Value)) })
}

// anyFieldWith reports whether the name of an answer has one of these characters.
func (e *event) anyFieldWith(chars string) bool {
	return e.anyField(func(field string) bool { return strings.ContainsAny(field, chars) })
}

// anyFieldIs reports whether the name of an answer is one of these names.
func (e *event) anyFieldIs(names ...string) bool {
	return e.anyField(func(field string) bool { return slices.Contains(names, field) })
}

// sameFields reports whether two names are the same after key.
func (e *event) sameFields(key func(string) string) bool {
	seen := map[string]bool{}
	return e.anyField(func(field string) bool {
		twice := seen[key(field)]
		seen[key(field)] = true
		return twice
	})
}

// anyDay reports whether the day of a date_time answer fits.
func (e *event) anyDay(fits func(at time.Time, zone string) bool) bool {
	return e.anyAnswer(func(a answer) bool {
		var value struct {
			DateTime time.Time `json:"date_time"`
			Timezone string
		}
		return a.Type == "date_time" && json.Unmarshal(a.Value, &value) == nil && fits(value.DateTime, value.Timezone)
	})
}

// anyFraction reports whether the number of fraction digits of a date fits.
func (e *event) anyFraction(fits func(int) bool) bool {
	return slices.ContainsFunc([]string{e.Lead.CreateDate, e.Lead.ModifyDate, e.TimeStamp}, func(date string) bool {
		_, fraction, _ := strings.Cut(strings.TrimSuffix(date, "Z"), ".")
		return date != "" && fits(len(fraction))
	})
}

// age returns the time since time_stamp.
func (e *event) age(now time.Time) time.Duration {
	stamp, err := time.Parse(time.RFC3339, e.TimeStamp)
	if err != nil {
		return 0
	}
	return now.Sub(stamp)
}

// email returns the answer of type email, or "" if there is none.
func (e *event) email() string {
	for _, a := range e.Lead.Data {
		if a.Type == "email" {
			return a.text()
		}
	}
	return ""
}

// answers returns the text of all answers.
func (e *event) answers() string {
	text, _ := json.Marshal(e.Lead.Data) // RawMessages that were just decoded
	return string(text)
}

// cannotBeStored reports whether a value is neither text nor number.
func (e *event) cannotBeStored() bool {
	return e.anyAnswer(func(a answer) bool { return strings.ContainsAny(string(a.Value[:1]), "{[n") })
}
