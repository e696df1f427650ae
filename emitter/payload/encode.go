package payload

import (
	"encoding/hex"
	"strconv"

	"github.com/google/uuid"
)

// AppendJSON appends the event's body to dst, exactly as ArtiBot sends it. It does not allocate if the capacity of dst is large enough.
func (e *Event) AppendJSON(dst []byte) []byte {
	dst = e.appendLeadHead(append(dst, `{"lead":`...))
	for i := range e.Lead.Data {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, e.Lead.Data[i].Field), ':')
		dst = e.Lead.Data[i].appendJSON(dst)
	}
	dst = e.Meta.appendCommon(append(dst, `}},"meta":`...))
	return e.appendTail(e.appendLastAnswered(dst))
}

// appendLeadHead writes the lead up to its answers.
func (e *Event) appendLeadHead(dst []byte) []byte {
	l := &e.Lead
	dst = appendID(append(dst, `{"id":`...), l.ID)
	dst = l.Created.appendJSON(append(dst, `,"create_date":`...))
	dst = l.Modified.appendJSON(append(dst, `,"modify_date":`...))
	dst = appendID(append(dst, `,"bot_id":`...), l.BotID)
	dst = appendID(append(dst, `,"bot_version_id":`...), l.BotVersionID)
	dst = appendID(append(dst, `,"account_id":`...), l.AccountID)
	dst = appendID(append(dst, `,"contact_id":`...), l.ContactID)
	dst = append(append(dst, `,"status":`...), e.status()...)
	if e.Edition == Edition2022 {
		dst = appendOptional(append(dst, `,"closed_status":`...), l.ClosedStatus)
	}
	dst = strconv.AppendInt(append(dst, `,"version":`...), int64(l.Version), 10)
	return append(dst, `,"data":{`...)
}

// appendTail writes what follows meta.
func (e *Event) appendTail(dst []byte) []byte {
	dst = AppendString(append(dst, `,"resource":"lead","action":`...), string(e.Action))
	dst = appendID(append(dst, `,"resource_id":`...), e.Lead.ID)
	dst = e.Time.appendJSON(append(dst, `,"time_stamp":`...))
	dst = strconv.AppendInt(append(dst, `,"resource_version":`...), int64(e.Lead.Version), 10)
	return append(dst, '}')
}

func (e *Event) status() Raw {
	switch {
	case e.Lead.Status != "":
		return e.Lead.Status
	case e.Edition == Edition2022:
		return `"active"`
	default:
		return "0"
	}
}

// appendCommon writes the keys of meta that are the same in every event of a conversation, and does not close the object.
func (m *Meta) appendCommon(dst []byte) []byte {
	dst = AppendString(append(dst, `{"chat_start_page":`...), m.ChatStartPage)
	dst = AppendString(append(dst, `,"ip_address":`...), m.IPAddress)
	dst = m.Location.appendJSON(append(dst, `,"location":`...))
	return m.Browser.appendJSON(append(dst, `,"browser":`...))
}

// appendLastAnswered writes the last key of meta, if the event has it, and closes the object.
func (e *Event) appendLastAnswered(dst []byte) []byte {
	if e.hasLastAnswered() {
		dst = AppendString(append(dst, `,"last_answered_field_name":`...), e.Meta.LastAnswered)
	}
	return append(dst, '}')
}

func (e *Event) hasLastAnswered() bool { return e.Edition == Edition2019 || e.Action != Completed }

func (l *Location) appendJSON(dst []byte) []byte {
	dst = AppendString(append(dst, `{"country_abbreviation":`...), l.CountryAbbreviation)
	dst = AppendString(append(dst, `,"country":`...), l.Country)
	dst = appendPointer(append(dst, `,"state":`...), l.State)
	dst = appendPointer(append(dst, `,"city":`...), l.City)
	dst = AppendString(append(dst, `,"latitude":`...), l.Latitude)
	dst = AppendString(append(dst, `,"longitude":`...), l.Longitude)
	return append(dst, '}')
}

func (b *Browser) appendJSON(dst []byte) []byte {
	dst = AppendString(append(dst, `{"user_agent":`...), b.UserAgent)
	dst = AppendString(append(dst, `,"name":`...), b.Name)
	dst = AppendString(append(dst, `,"version":`...), b.Version)
	dst = strconv.AppendBool(append(dst, `,"major":null,"is_mobile":`...), b.IsMobile)
	return append(dst, '}')
}

// appendPointer writes nil as null.
func appendPointer(dst []byte, s *string) []byte {
	if s == nil {
		return append(dst, "null"...)
	}
	return AppendString(dst, *s)
}

// appendOptional writes "" as null.
func appendOptional(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, "null"...)
	}
	return AppendString(dst, s)
}

func appendID(dst []byte, id uuid.UUID) []byte {
	dst = append(dst, '"')
	for i, group := range [...][]byte{id[0:4], id[4:6], id[6:8], id[8:10], id[10:16]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, group)
	}
	return append(dst, '"')
}
