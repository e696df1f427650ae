package payload

// Answer is one entry of lead.data: the visitor's answer to one question.
type Answer struct {
	Field   string // the bot's name for the question, any text; the key of the entry
	Input   string // the text that the visitor entered
	Type    Type
	Display string // display_value
	Value   Value  // nil is null
}

// Type is the type of an answer. Any text is allowed; the constants are the types that the contract lists.
type Type string

// The types of answers in the contract.
const (
	TypeText           Type = "text"
	TypeEmail          Type = "email"
	TypePhone          Type = "phone_number"
	TypeMultipleChoice Type = "multiple_choice"
	TypeNumber         Type = "number"
	TypeDateTime       Type = "date_time"
	TypeAddress        Type = "address"
)

// Types lists the types of answers in the contract.
var Types = [...]Type{TypeText, TypeEmail, TypePhone, TypeMultipleChoice, TypeNumber, TypeDateTime, TypeAddress}

// Value is the machine-readable form of an answer: [Text], [Number], [Moment], [Address] or [Raw].
type Value interface {
	appendJSON(dst []byte) []byte
}

// Text is the value of text, email, phone_number and multiple_choice answers.
type Text string

// Number is the value of a number answer, always a double: 4 is written 4.0. Use at most 15 significant digits, since
// .NET runtimes differ in further ones. NaN and the infinities have no JSON form and are written as null.
type Number float64

// Moment is the value of a date_time answer.
type Moment struct {
	DateTime DateTime `json:"date_time" form:"moment" doc:"The chosen day with the time of day at which the visitor answered, in UTC, cut to the minute." source:"seen" example:"\"2022-07-28T09:31:00Z\""`
	Grain    string   `json:"grain" doc:"Always day." source:"seen" example:"\"day\""`
	Timezone string   `json:"timezone" doc:"The visitor's time zone, an IANA name." source:"seen" example:"\"Asia/Calcutta\""`
}

// Address is the value of an address answer. Line2 is "" when there is none.
type Address struct {
	Line1   string `json:"line1" doc:"Street and number." source:"sample" example:"\"12 Main St\""`
	Line2   string `json:"line2" doc:"More of the address; empty if there is none." source:"choice" example:"\"\""`
	City    string `json:"city" doc:"The city." source:"sample" example:"\"Springfield\""`
	State   string `json:"state" doc:"The state or region." source:"sample" example:"\"IL\""`
	ZipCode string `json:"zip_code" doc:"The postal code." source:"sample" example:"\"62701\""`
	Country string `json:"country" doc:"The name of the country." source:"choice" example:"\"United States\""`
}

func (v Text) appendJSON(dst []byte) []byte   { return AppendString(dst, string(v)) }
func (v Number) appendJSON(dst []byte) []byte { return appendDouble(dst, float64(v)) }
func (v Raw) appendJSON(dst []byte) []byte    { return append(dst, v...) }

func (v Moment) appendJSON(dst []byte) []byte {
	dst = v.DateTime.appendJSON(append(dst, `{"date_time":`...))
	dst = AppendString(append(dst, `,"grain":`...), v.Grain)
	dst = AppendString(append(dst, `,"timezone":`...), v.Timezone)
	return append(dst, '}')
}

func (v Address) appendJSON(dst []byte) []byte {
	dst = AppendString(append(dst, `{"line1":`...), v.Line1)
	dst = AppendString(append(dst, `,"line2":`...), v.Line2)
	dst = AppendString(append(dst, `,"city":`...), v.City)
	dst = AppendString(append(dst, `,"state":`...), v.State)
	dst = AppendString(append(dst, `,"zip_code":`...), v.ZipCode)
	dst = AppendString(append(dst, `,"country":`...), v.Country)
	return append(dst, '}')
}

func (a *Answer) appendJSON(dst []byte) []byte {
	dst = AppendString(append(dst, `{"input":`...), a.Input)
	dst = AppendString(append(dst, `,"type":`...), string(a.Type))
	dst = AppendString(append(dst, `,"display_value":`...), a.Display)
	dst = append(dst, `,"value":`...)
	if a.Value == nil {
		dst = append(dst, "null"...)
	} else {
		dst = a.Value.appendJSON(dst)
	}
	return append(dst, '}')
}
