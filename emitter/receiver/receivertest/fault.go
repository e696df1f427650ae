package receivertest

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"artihook/emitter/receiver"
)

// request is a request with all that a mistake may depend on.
type request struct {
	*http.Request
	body  []byte
	a     *receiver.Arrival
	event event
	known bool // an earlier event of the lead was stored
}

func (r *request) isPost() bool         { return r.Method == http.MethodPost }
func (r *request) signatures() []string { return r.Header.Values(signatureHeader) }
func (r *request) signature() string    { return strings.Join(r.signatures(), "") }

// isBadJSON reports whether the body is signed but not valid JSON.
func (r *request) isBadJSON() bool { return r.a.Verified && r.a.Status == http.StatusBadRequest }

// fault is a mistake that shows in the status of the response.
type fault struct {
	mistake Misbehavior
	status  int // of the response
	shows   func(*request) bool
}

// requestFaults lists the faults of a receiver that looks at the request before it verifies the signature.
var requestFaults = []fault{
	{MissingHeader500, 500, func(r *request) bool { return r.isPost() && len(r.signatures()) == 0 }},
	{BadHeader500, 500, func(r *request) bool { return r.isPost() && len(r.signatures()) > 0 && !isDigest(r.signature()) }},
	{HeaderTwice500, 500, func(r *request) bool { return len(r.signatures()) > 1 }},
	{AcceptsTwoHeaders, 204, func(r *request) bool { return len(r.signatures()) > 1 }},
	{TrustsLocalhost, 204, func(r *request) bool { return r.isPost() && r.Header.Get("X-Forwarded-For") == "127.0.0.1" }},
	{TrustsDebug, 204, func(r *request) bool { return r.isPost() && r.Header.Get("X-Debug") != "" }},
	{TrustsTestBody, 204, func(r *request) bool { return r.isPost() && strings.HasPrefix(string(r.body), `{"test":true`) }},
	{TrustsBearer, 204, func(r *request) bool {
		return r.isPost() && strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ")
	}},
	{TrustsQuery, 204, func(r *request) bool { return r.isPost() && strings.Contains(r.URL.RawQuery, "debug=") }},
	{TrustsLocalHost, 204, func(r *request) bool { return r.isPost() && r.Host == "localhost" }},
	{VerifiesCreatedOnly, 204, func(r *request) bool { return r.isPost() && r.event.isEvent() && r.event.Action != "created" }},
	{TrustsKnownLeads, 204, func(r *request) bool { return r.isPost() && r.known }},
	{AcceptsBatches, 204, func(r *request) bool { return r.isPost() && strings.HasPrefix(string(r.body), "[{") }},
	{AcceptsForms, 204, func(r *request) bool { return r.isPost() && strings.Contains(r.contentType(), "form") }},
	{TrustsAlgorithmNone, 204, func(r *request) bool { return strings.HasPrefix(r.signature(), "none=") }},
	{Host500, 500, func(r *request) bool { return strings.HasSuffix(r.Host, ".example") }},
	{VerifiesPOSTOnly, 204, func(r *request) bool { return r.Method == http.MethodPut || r.Method == http.MethodPatch }},
	{VerifiesJSONOnly, 204, func(r *request) bool { return r.isPost() && r.contentType() != "application/json" }},
	{VerifiesSmallOnly, 204, func(r *request) bool { return r.isPost() && len(r.body) > 64<<10 }},
	{VerifiesBodyOnly, 204, func(r *request) bool { return r.isPost() && len(r.body) == 0 }},
	{GET500, 500, func(r *request) bool { return r.Method == http.MethodGet }},
	{HEAD500, 500, func(r *request) bool { return r.Method == http.MethodHead }},
	{OPTIONS500, 500, func(r *request) bool { return r.Method == http.MethodOptions }},
	{NeedsCharset, 415, func(r *request) bool { return r.isPost() && !strings.Contains(r.Header.Get("Content-Type"), "charset") }},
	{RejectsCharset, 415, func(r *request) bool { return r.isPost() && strings.Contains(r.Header.Get("Content-Type"), "charset") }},
	{NeedsBrowser, 403, func(r *request) bool { return r.isPost() && !strings.HasPrefix(r.UserAgent(), "Mozilla/") }},
	{NeedsLength, 411, func(r *request) bool { return r.isPost() && len(r.TransferEncoding) > 0 }},
	{RejectsHTTP10, 505, func(r *request) bool { return r.ProtoMinor == 0 }},
	{EmptyPost500, 500, func(r *request) bool { return r.isPost() && len(r.body) == 0 }},
	{RejectsExpect, 417, func(r *request) bool { return r.Header.Get("Expect") != "" }},
	{NeedsExpect, 411, func(r *request) bool { return r.isPost() && len(r.body) > expectAbove && r.Header.Get("Expect") == "" }},
	{RejectsManyHeaders, 431, func(r *request) bool { return len(r.Header) > manyHeaders }},
	{RejectsClose, 400, func(r *request) bool { return r.isPost() && r.Close }},
	{AbsoluteTarget500, 500, func(r *request) bool { return strings.Contains(r.RequestURI, "://") }},
	{ContentType500, 500, func(r *request) bool { return r.a.Verified && r.contentType() != "application/json" }},
	{BadJSON500, 500, (*request).isBadJSON},
	{AcceptsBadJSON, 204, (*request).isBadJSON},
	{NotEvent500, 500, func(r *request) bool { return r.a.Verified && json.Valid(r.body) && r.event.ResourceID == "" }},
}

const (
	expectAbove = 32 << 10 // bytes of a body for which NeedsExpect needs Expect: 100-continue
	manyHeaders = 20       // too many for RejectsManyHeaders
)

// contentType returns the content type without its parameters.
func (r *request) contentType() string {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return kind
}

// eventFaults lists the faults of a receiver that reads the event after it has verified the signature.
var eventFaults = []fault{
	{NeedsSecondAnswer, 500, func(r *request) bool { return len(r.event.Lead.Data) == 1 }},
	{FewAnswers, 500, func(r *request) bool { return len(r.event.Lead.Data) > 100 }},
	{NeedsPlace, 500, func(r *request) bool {
		return r.event.isEvent() && (r.event.Meta.Location.State == nil || r.event.Meta.Location.City == nil)
	}},
	{TextOnly, 500, func(r *request) bool {
		return r.event.anyAnswer(func(a answer) bool { return !strings.HasPrefix(string(a.Value), `"`) })
	}},
	{StatusNumber, 422, func(r *request) bool { return r.event.isEvent() && !isNumber(r.event.Lead.Status) }},
	{StatusText, 422, func(r *request) bool { return r.event.isEvent() && isNumber(r.event.Lead.Status) }},
	{RejectsCompleted, 422, func(r *request) bool { return r.event.Action == "completed" }},
	{StrictTypes, 422, func(r *request) bool {
		return r.event.anyAnswer(func(a answer) bool { return !slices.Contains(knownTypes, a.Type) })
	}},
	{StrictKeys, 422, func(r *request) bool { return hasFlaw(r.body, receiver.FlawUnknownKey) }},
	{StrictActions, 500, func(r *request) bool {
		return r.event.isEvent() && !slices.Contains([]string{"created", "updated", "completed"}, r.event.Action)
	}},
	{StrictStatus, 422, func(r *request) bool {
		return r.event.isEvent() && !slices.Contains([]any{0.0, "active"}, r.event.Lead.Status)
	}},
	{NeedsLastAnswered, 500, func(r *request) bool { return r.event.isEvent() && r.event.Meta.LastAnswered == nil }},

	{NeedsIPv4, 500, func(r *request) bool { return len(r.event.Meta.IPAddress) > len("255.255.255.255") }},
	{NeedsUS, 422, func(r *request) bool { return r.event.isEvent() && r.event.Meta.Location.Country != "US" }},
	{NeedsDesktop, 422, func(r *request) bool { return r.event.Meta.Browser.IsMobile }},
	{SmallVersion, 500, func(r *request) bool { return r.event.ResourceVersion > 255 }},
	{NeedsPlainCountry, 500, func(r *request) bool { return strings.Contains(r.event.Meta.Location.Name, "'") }},
	{NeedsBrowserName, 422, func(r *request) bool { return r.event.isEvent() && r.event.Meta.Browser.Name == "" }},
	{NeedsPage, 422, func(r *request) bool { return r.event.isEvent() && r.event.Meta.ChatStartPage == "" }},
	{NeedsIP, 500, func(r *request) bool { return r.event.isEvent() && r.event.Meta.IPAddress == "" }},
	{ShortPage, 500, func(r *request) bool { return len(r.event.Meta.ChatStartPage) > shortText }},
	{PlainPage, 500, func(r *request) bool { return strings.ContainsFunc(r.event.Meta.ChatStartPage, isNotASCII) }},
	{ShortUserAgent, 500, func(r *request) bool { return len(r.event.Meta.Browser.UserAgent) > shortText }},

	{NeedsFraction, 400, func(r *request) bool { return r.event.anyFraction(func(n int) bool { return n == 0 }) }},
	{NeedsSixDigits, 400, func(r *request) bool { return r.event.anyFraction(func(n int) bool { return 0 < n && n < 6 }) }},
	{NeedsSevenDigits, 400, func(r *request) bool {
		return strings.HasSuffix(r.event.Lead.ModifyDate, "Z") && len(r.event.Lead.ModifyDate) == len("2006-01-02T15:04:05.000000Z")
	}},
	{NeedsZone, 400, func(r *request) bool { return r.event.isEvent() && !strings.HasSuffix(r.event.Lead.ModifyDate, "Z") }},
	{NeedsUnixTime, 500, func(r *request) bool {
		return r.event.anyDay(func(at time.Time, _ string) bool { return at.Year() < 1970 })
	}},
	{Needs32BitTime, 500, func(r *request) bool {
		return r.event.anyDay(func(at time.Time, _ string) bool { return at.Year() > 2038 })
	}},
	{NeedsPlainYear, 500, func(r *request) bool {
		return r.event.anyDay(func(at time.Time, _ string) bool { return at.Month() == time.February && at.Day() == 29 })
	}},
	{NeedsZoneName, 500, func(r *request) bool {
		return r.event.anyDay(func(_ time.Time, zone string) bool { return zone == "Asia/Calcutta" })
	}},
	{NeedsShortYear, 422, func(r *request) bool {
		return r.event.anyAnswer(func(a answer) bool { return a.Type == "date_time" && len(a.Display) > len("12/31/23") })
	}},
	{RejectsOld, 400, func(r *request) bool { return r.event.age(time.Now()) > replayWindow }},
	{RejectsFuture, 400, func(r *request) bool { return r.event.age(time.Now()) < -time.Second }},

	{ZeroIsMissing, 422, func(r *request) bool { return r.event.anyNumber(func(n float64) bool { return n == 0 }) }},
	{UnsignedNumber, 500, func(r *request) bool { return r.event.anyNumber(func(n float64) bool { return n < 0 }) }},
	{WholeNumber, 500, func(r *request) bool {
		return r.event.anyNumber(func(n float64) bool { return n != math.Trunc(n) })
	}},
	{Int32, 500, func(r *request) bool { return r.event.anyNumber(func(n float64) bool { return n > 1<<31 }) }},
	{SafeInteger, 500, func(r *request) bool { return r.event.anyNumber(func(n float64) bool { return n > 1<<53 }) }},
	{NumberInput, 500, func(r *request) bool {
		return r.event.anyAnswer(func(a answer) bool { return a.Type == "number" && strings.Contains(a.Input, ",") })
	}},

	{NullCustom, 500, func(r *request) bool { return r.event.anyCustom(func(v string) bool { return v == "null" }) }},
	{ArrayCustom, 500, func(r *request) bool { return r.event.anyCustom(func(v string) bool { return v[0] == '[' }) }},
	{ObjectCustom, 500, func(r *request) bool { return r.event.anyCustom(func(v string) bool { return v[0] == '{' }) }},
	{SameCustom, 422, func(r *request) bool {
		return r.event.anyAnswer(func(a answer) bool { return a.Type == "text" && a.Value[0] == '"' && a.text() != a.Input })
	}},

	{EmptyIsMissing, 422, func(r *request) bool { return r.event.anyTextIs("") }},
	{ZeroIsEmpty, 422, func(r *request) bool { return r.event.anyTextIs("0", "false") }},
	{BlankIsMissing, 422, func(r *request) bool {
		return r.event.anyText(func(s string) bool { return s != "" && strings.TrimSpace(s) == "" })
	}},
	{ShortAnswer, 500, func(r *request) bool {
		return r.event.anyText(func(s string) bool { return len(s) > shortText })
	}},
	{OneLine, 500, func(r *request) bool { return r.event.anyTextWith("\n") }},
	{JoinsJSON, 500, func(r *request) bool { return r.event.anyTextWith(`\`, `"`) }},
	{JoinsSQL, 500, func(r *request) bool { return r.event.anyTextWith("'") }},
	{FirewallScript, 403, func(r *request) bool { return r.event.anyTextWith("<script") }},
	{FirewallSQL, 403, func(r *request) bool { return r.event.anyTextWith("or 1=1") }},
	{FirewallPath, 403, func(r *request) bool { return r.event.anyTextWith("../") }},
	{FirewallFormula, 403, func(r *request) bool {
		return r.event.anyText(func(s string) bool { return strings.HasPrefix(s, "=") })
	}},
	{FormatsText, 500, func(r *request) bool { return r.event.anyTextWith("100%") }},
	{RendersTemplates, 500, func(r *request) bool { return r.event.anyTextWith("{{", "${") }},
	{BasicPlane, 500, func(r *request) bool {
		return r.event.anyText(func(s string) bool { return strings.ContainsFunc(s, func(c rune) bool { return c > 0xffff }) })
	}},
	{NeedsXMLText, 500, func(r *request) bool {
		return r.event.anyText(func(s string) bool {
			return strings.ContainsFunc(s, func(c rune) bool { return c < ' ' && !unicode.IsSpace(c) })
		})
	}},
	{NullWord, 422, func(r *request) bool { return r.event.anyTextIs("null") }},
	{ParsesText, 500, func(r *request) bool {
		return r.event.anyText(func(s string) bool { return s != "" && s[0] == '{' && !json.Valid([]byte(s)) })
	}},
	{StrictEmail, 422, func(r *request) bool {
		return r.event.anyAnswer(func(a answer) bool { return a.Type == "email" && strings.Contains(a.text(), "+") })
	}},
	{ASCIIEmail, 422, func(r *request) bool {
		return r.event.anyAnswer(func(a answer) bool { return a.Type == "email" && strings.ContainsFunc(a.text(), isNotASCII) })
	}},

	{FieldPaths, 500, func(r *request) bool { return r.event.anyFieldWith("[]") }},
	{FieldDots, 500, func(r *request) bool { return r.event.anyFieldWith(".") }},
	{FieldDollars, 500, func(r *request) bool { return r.event.anyFieldWith("$") }},
	{FieldMarkup, 500, func(r *request) bool { return r.event.anyFieldWith("&<'\"") }},
	{FieldASCII, 500, func(r *request) bool {
		return r.event.anyField(func(name string) bool { return utf8.RuneCountInString(name) != len(name) })
	}},
	{FieldNumbers, 500, func(r *request) bool { return r.event.anyFieldIs("1", "2", "10") }},
	{FieldColumns, 500, func(r *request) bool { return r.event.anyFieldIs("id", "status", "version") }},
	{FieldSlashes, 500, func(r *request) bool { return r.event.anyFieldWith("/") }},
	{FieldPercents, 500, func(r *request) bool { return r.event.anyFieldWith("%") }},
	{FieldAnswerKeys, 500, func(r *request) bool { return r.event.anyFieldIs("input", "type", "display_value", "value") }},
	{FieldLength, 500, func(r *request) bool { return r.event.anyFieldIs("length") }},
	{UniqueTexts, 500, func(r *request) bool {
		seen := map[string]bool{}
		return r.event.anyText(func(s string) bool {
			twice := seen[s]
			seen[s] = true
			return twice
		})
	}},
	{FieldPrototype, 500, func(r *request) bool { return r.event.anyFieldIs("__proto__") }},
	{FieldMethods, 500, func(r *request) bool { return r.event.anyFieldIs("constructor", "toString") }},
	{ShortField, 500, func(r *request) bool {
		return r.event.anyField(func(name string) bool { return len(name) > shortText })
	}},
	{FieldsFoldCase, 500, func(r *request) bool { return r.event.sameFields(strings.ToLower) }},
	{FieldsFoldAccents, 500, func(r *request) bool { return r.event.sameFields(strings.NewReplacer("é", "e").Replace) }},
	{FieldsFoldMarks, 500, func(r *request) bool { return r.event.sameFields(strings.NewReplacer("-", " ").Replace) }},
	{FieldsTrim, 500, func(r *request) bool { return r.event.sameFields(strings.TrimSpace) }},
}

const (
	shortText    = 255             // bytes of a VARCHAR(255)
	replayWindow = 5 * time.Minute // the age of an event that RejectsOld rejects
)

var knownTypes = []string{"text", "email", "phone_number", "multiple_choice", "number", "date_time", "address"}

func isNumber(value any) bool {
	_, ok := value.(float64)
	return ok
}

func isNotASCII(c rune) bool { return c > unicode.MaxASCII }

// statusOf returns the status of the first fault of the receiver that shows, or 0 if none does.
func (s *Receiver) statusOf(faults []fault, r *request) int {
	for _, f := range faults {
		if s.has[f.mistake] && f.shows(r) {
			return f.status
		}
	}
	return 0
}

func hasFlaw(body []byte, id string) bool {
	return slices.ContainsFunc(receiver.Lint(body), func(flaw receiver.Flaw) bool { return flaw.ID == id })
}
