package payload

import (
	"encoding/hex"
	"strconv"

	"github.com/google/uuid"
)

// AppendJSON appends the event's body to dst, exactly as ArtiBot sends it. It allocates nothing where dst has room.
func (e *Event) AppendJSON(dst []byte) []byte {
	dst = e.appendLead(append(dst, `{"lead":`...))
	dst = e.appendMeta(append(dst, `,"meta":`...))
	dst = AppendString(append(dst, `,"resource":"lead","action":`...), string(e.Action))
	dst = appendID(append(dst, `,"resource_id":`...), e.Lead.ID)
	dst = e.Time.appendJSON(append(dst, `,"time_stamp":`...))
	dst = strconv.AppendInt(append(dst, `,"resource_version":`...), int64(e.Lead.Version), 10)
	return append(dst, '}')
}

func (e *Event) appendLead(dst []byte) []byte {
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
	dst = append(dst, `,"data":{`...)
	for i := range l.Data {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(AppendString(dst, l.Data[i].Field), ':')
		dst = l.Data[i].appendJSON(dst)
	}
	return append(dst, "}}"...)
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

func (e *Event) appendMeta(dst []byte) []byte {
	m := &e.Meta
	dst = AppendString(append(dst, `{"chat_start_page":`...), m.ChatStartPage)
	dst = AppendString(append(dst, `,"ip_address":`...), m.IPAddress)
	dst = m.Location.appendJSON(append(dst, `,"location":`...))
	dst = m.Browser.appendJSON(append(dst, `,"browser":`...))
	if e.saysLastAnswered() {
		dst = AppendString(append(dst, `,"last_answered_field_name":`...), m.LastAnswered)
	}
	return append(dst, '}')
}

func (e *Event) saysLastAnswered() bool { return e.Edition == Edition2019 || e.Action != Completed }

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
