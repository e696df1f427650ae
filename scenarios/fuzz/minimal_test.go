package fuzz

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"artihook/emitter/receiver/receivertest"
)

// minimal lists the misbehaviours of receivertest that depend on what ArtiBot may send, with a regular expression for the sentence
// about the smallest example.
var minimal = map[receivertest.Misbehavior]string{
	receivertest.Reserialises:      `an answer of type (number|date_time) gets 401`,
	receivertest.RewritesDates:     `the answer "0000-00-00T00:00:00\.0" gets 401`,
	receivertest.EscapesHTML:       `(an answer|a field) that contains "[&<>]" gets 401`,
	receivertest.ReadsLatin1:       `.*"é.* gets 401|.* not ASCII gets 401`,
	receivertest.SmallBody:         `an answer of 2\d{4} bytes gets 413`,
	receivertest.ReadsOnce:         `an? (answer|page URL|user agent|updated event|field).* gets 401`,
	receivertest.NeedsSecondAnswer: `a plain event gets 500`,
	receivertest.FewAnswers:        `an updated event with 101 answers gets 500`,
	receivertest.TextOnly:          `an answer (of type number|of type date_time|of type address|with the value \S+) gets 500`,
	receivertest.StrictTypes:       `an answer of type file gets 422`,
	receivertest.StatusNumber:      `edition 2022 gets 422`,
	receivertest.StatusText:        `a plain event gets 422`,
	receivertest.RejectsCompleted:  `a completed event gets 422`,
	receivertest.NeedsLastAnswered: `edition 2022 and a completed event gets 500`,
	receivertest.NeedsPlace:        `a place without state and city gets 500`,
	receivertest.NeedsUS:           `a place with letters that are not ASCII gets 422`,
	receivertest.NeedsDesktop:      `a mobile browser gets 422`,
	receivertest.NeedsIPv4:         `an IPv6 address gets 500`,
	receivertest.NeedsIP:           `an empty ip_address gets 500`,
	receivertest.ShortPage:         `a page URL of 256 bytes gets 500`,
	receivertest.PlainPage:         `a page URL with letters that are not ASCII gets 500`,
	receivertest.ShortUserAgent:    `a user agent of 256 bytes gets 500`,
	receivertest.NeedsFraction:     `a (create_date|modify_date|time_stamp) with no digit after the second gets 400`,
	receivertest.NeedsSixDigits:    `a (create_date|modify_date|time_stamp) with 5 digits after the second gets 400`,
	receivertest.NeedsSevenDigits:  `a modify_date with 6 digits after the second gets 400`,
	receivertest.NeedsZone:         `a completed event gets 400`,
	receivertest.NeedsUnixTime:     `the day 1969-12-31 .* gets 500`,
	receivertest.Needs32BitTime:    `the day 2039-01-01 .* gets 500`,
	receivertest.NeedsPlainYear:    `the day 20(20|24|00)-02-29 .* gets 500`,
	receivertest.NeedsZoneName:     `the time zone Asia/Calcutta gets 500`,
	receivertest.NeedsShortYear:    `the day 7/28/2022 with a year of four digits gets 422`,
	receivertest.RejectsOld:        `a delay of 5 minutes gets 400`,
	receivertest.RejectsFuture:     `a time_stamp that is two minutes ahead of the clock gets 400`,
	receivertest.ZeroIsMissing:     `(the number 0|an answer .*with the value 0) gets 422`,
	receivertest.UnsignedNumber:    `the number -1 gets 500`,
	receivertest.WholeNumber:       `(the number \d\.\d+|an answer .*with the value 1\.5) gets 500`,
	receivertest.Int32:             `the number 2147483649 gets 500`,
	receivertest.SafeInteger:       `the number 9007199254741000 gets 500`,
	receivertest.NumberInput:       `the number 1,000 gets 500`,
	receivertest.NullCustom:        `an answer with the value null gets 500`,
	receivertest.ArrayCustom:       `an answer with the value \[\] gets 500`,
	receivertest.ObjectCustom:      `an answer with the value {} gets 500`,
	receivertest.SameCustom:        `an answer whose value "" is not its input gets 422`,
	receivertest.EmptyIsMissing:    `an (empty answer|answer whose value "" is not its input) gets 422`,
	receivertest.ZeroIsEmpty:       `.*"(0|false)" .*gets 422|an answer that contains "0" gets 422`,
	receivertest.BlankIsMissing:    `(a blank answer|an answer that contains an? .*|an answer whose value " +" is not its input) gets 422`,
	receivertest.ShortAnswer:       `an answer of 256 bytes gets 500`,
	receivertest.OneLine:           `an answer (that contains a line feed|whose value "\\n" is not its input) gets 500`,
	receivertest.JoinsJSON:         `an answer that contains a (double quote|backslash) gets 500`,
	receivertest.JoinsSQL:          `(an answer that contains an apostrophe|an e-mail address that ends in "'x.*) gets 500`,
	receivertest.FirewallScript:    `.*"<script" .*gets 403`,
	receivertest.FirewallSQL:       `.*"or 1=1" .*gets 403`,
	receivertest.FirewallPath:      `.*"\.\./" .*gets 403`,
	receivertest.FirewallFormula:   `.*"=" .*gets 403`,
	receivertest.FormatsText:       `.*"100%" .*gets 500`,
	receivertest.RendersTemplates:  `.*"({{|\${)" .*gets 500`,
	receivertest.BasicPlane:        `.*"😀".* gets 500`,
	receivertest.NeedsXMLText:      `an answer that contains the control character U\+00.. gets 500`,
	receivertest.NullWord:          `.*"null" .*gets 422`,
	receivertest.ParsesText:        `an answer that contains "{" gets 500`,
	receivertest.StrictEmail:       `an e-mail address that ends in "\+crm@mail\.example" gets 422`,
	receivertest.ASCIIEmail:        `an e-mail address that ends in ".*" gets 422`,
	receivertest.FieldPaths:        `a field that contains "[][]" gets 500`,
	receivertest.FieldDots:         `a field that contains "\." gets 500`,
	receivertest.FieldDollars:      `a field that contains "\$" gets 500`,
	receivertest.FieldMarkup:       `a field that contains ("[&<]"|an apostrophe|a double quote) gets 500`,
	receivertest.FieldASCII:        `(a field that contains "é" .*|the field "Answér 1") gets 500`,
	receivertest.FieldNumbers:      `(a field that contains "[12]"|the field "10") gets 500`,
	receivertest.FieldColumns:      `the field "(id|status|version)" gets 500`,
	receivertest.FieldPrototype:    `the field "__proto__" gets 500`,
	receivertest.FieldMethods:      `the field "(constructor|toString)" gets 500`,
	receivertest.ShortField:        `a field of 256 bytes gets 500`,
	receivertest.FieldsFoldCase:    `two fields that differ only in case and an updated event with 2 answers gets 500`,
	receivertest.FieldsFoldAccents: `two fields that differ only in accents and an updated event with 2 answers gets 500`,
	receivertest.FieldsFoldMarks:   `two fields that differ only in punctuation and an updated event with 2 answers gets 500`,
	receivertest.FieldsTrim:        `two fields that differ only in the space at the end and an updated event with 2 answers gets 500`,

	receivertest.NeedsPlainCountry:     `a place with letters that are not ASCII gets 500`,
	receivertest.FieldSlashes:          `a field that contains "/" gets 500`,
	receivertest.FieldPercents:         `a field that contains "%" gets 500`,
	receivertest.FieldAnswerKeys:       `the field "\w+" gets 500`,
	receivertest.FieldLength:           `the field "length" gets 500`,
	receivertest.UniqueTexts:           `.*an updated event with 2 answers gets 500`,
	receivertest.VerifiesCreatedOnly:   `(an updated event with 2 answers|a completed event) and one .* is accepted with 204`,
	receivertest.TrustsKnownLeads:      `a plain event with one .* is accepted with 204`,
	receivertest.RejectsAll:            `a plain event gets 401`,
	receivertest.AcceptsAnything:       `a plain event with (one wrong digit in the signature|one changed byte in the body|a signature for another URL) is accepted with 204`,
	receivertest.ComparesStart:         `a plain event with one wrong digit in the signature is accepted with 204`,
	receivertest.RemembersSignatures:   `a plain event with one changed byte in the body is accepted with 204`,
	receivertest.VerifiesSmallOnly:     `an answer of \d+ bytes and one wrong digit in the signature is accepted with 204`,
	receivertest.VerifiesPOSTOnly:      `a plain event with a signature for POST and the method PUT is accepted with 204`,
	receivertest.RejectsDuplicates:     `the second delivery of a plain event gets 409`,
	receivertest.RejectsCompletedTwice: `the second delivery of a completed event gets 409`,
	receivertest.RejectsCompletedFirst: `a completed event gets 409`,
	receivertest.RejectsStale:          `a lead with the versions .*, 1 gets 409.*`,
	receivertest.NeedsCreated:          `an updated event with 2 answers gets 409`,
	receivertest.NeedsNextVersion:      `a lead with the versions 1, 3.* gets 409`,
	receivertest.UniqueEmail:           `an answer of type email and another lead with the same first answer after the first event gets 409`,
	receivertest.UniqueContact:         `another lead of the same contact after the first event gets 409`,
	receivertest.UniqueAnswers:         `another lead with the same first answer after the first event gets 409`,
}

// minimalStored lists those that show only with a probe.
var minimalStored = map[receivertest.Misbehavior]string{
	receivertest.DropsAfterError:           `an answer (of type date_time|of type address|with the value \S+) is accepted and not stored`,
	receivertest.StoresHTML:                `.* is stored with HTML entities`,
	receivertest.StoresUnescaped:           `the answer ".*&.*" is stored with its HTML entities decoded`,
	receivertest.StoresWithoutTag:          `.*"a*<b>a*" is stored without its HTML tags|the answer "a*<b>a*" is accepted and not stored`,
	receivertest.StoresDecoded:             `.*"%41" is accepted and not stored`,
	receivertest.StoresASCII:               `.*é.* is (accepted and not stored|stored with \? in place of characters)`,
	receivertest.StoresBasicPlane:          `.*😀.* is (accepted and not stored|stored with \? in place of characters)`,
	receivertest.StoresVisible:             `.*(zero-width space|202e).* is accepted and not stored`,
	receivertest.StoresComposed:            `the answer ".*e\x{301}" is (accepted and not stored|stored with letters and accents in another form)`,
	receivertest.StoresLatin1:              `.*é.* is (accepted and not stored|stored decoded as Latin-1)`,
	receivertest.Stores255:                 `an answer of 256 bytes is stored cut short`,
	receivertest.StoresOneLine:             `.*\\n.* is (stored without the .*|accepted and not stored)`,
	receivertest.StoresTrimmed:             `.*is stored without the white space around it`,
	receivertest.StoresTwoDecimals:         `the number \d+\.\d\d1 is stored cut short`,
	receivertest.StoresUnescapedURL:        `the answer "%[0-9a-f]{2}" is accepted and not stored`,
	receivertest.OverwritesContact:         `another lead of the same contact after the first event changes the stored lead`,
	receivertest.IgnoresAnswersOfCompleted: `a lead with the versions 1, 3 \(completed\) does not leave the highest version stored`,
	receivertest.Stores20:                  `the answer "a{21}" is stored cut short`,
	receivertest.StoresFirstPart:           `.*"\|.*" is (accepted and not stored|stored cut short)`,
	receivertest.StoresUpperCase:           `.*is stored in upper case`,
	receivertest.StoresLowerCase:           `.*"[A-ZÀ-Ý]?a*[A-ZÀ-Ý]?a*" is stored in lower case`,
	receivertest.StoresSlashes:             `.*is stored with a backslash before quotes and backslashes`,
	receivertest.StoresObjects:             `an answer of type (date_time|address) is stored as the name of its type.*`,
	receivertest.StoresNumbers:             `.*is (accepted and not stored|stored as a number)`,
	receivertest.StoresParsed:              `.*"{.*}" is accepted and not stored`,
	receivertest.StoresFoldedFields:        `two fields that differ only in case and an updated event with 2 answers is accepted and not stored`,
	receivertest.StoresColumns:             `the field "(id|status)" is accepted and not stored`,
	receivertest.NotIdempotent:             `the second delivery of a plain event changes the stored lead|a lead with the versions .*changes the stored lead.*|a lead with the versions .* does not leave the highest version stored`,
	receivertest.AppendsUpdates:            `the second delivery of an updated event with 2 answers changes the stored lead|a lead with the versions .*changes the stored lead.*|a lead with the versions .* does not leave the highest version stored`,
	receivertest.TrustsOrder:               `a lead with the versions 2.*, 1 does not leave the highest version stored`,
	receivertest.ComparesText:              `(edition 2022 and )?a lead with the versions (1, 2, 3, 4, 5, 6, 7, 8, 9, 10|1 \(completed\), 1)( \(completed\))? (is accepted and not stored|does not leave the highest version stored)`,
	receivertest.DropsSeenVersion:          `edition 2022 and a lead with the versions 1, 1 \(completed\) does not leave the highest version stored`,
	receivertest.StoresCreatedOnly:         `a lead with the versions 1, 2.* (is accepted and not stored|does not leave the highest version stored)`,
	receivertest.OneCurrentLead:            `.*(updated event with 2 answers|the versions).*`,
}

// notMinimal lists the other misbehaviours, by the reason why fuzz need not find them.
var notMinimal = map[string][]receivertest.Misbehavior{
	"no data of a valid event makes a difference": {
		receivertest.Rejects400, receivertest.LowerCase, receivertest.AcceptsZeros, receivertest.MissingHeader500,
		receivertest.BadHeader500, receivertest.HeaderTwice500, receivertest.AcceptsTwoHeaders, receivertest.ComparesPrefix,
		receivertest.ComparesEnd, receivertest.IgnoresRest, receivertest.FindsSignature, receivertest.IgnoresPrefix,
		receivertest.EmptySecret, receivertest.WeakSecret, receivertest.PublishedSecret, receivertest.SecretFromHeader,
		receivertest.AcceptsUnkeyed, receivertest.TrustsAlgorithmNone, receivertest.IgnoresQuery, receivertest.IgnoresMethod,
		receivertest.MethodFromHeader, receivertest.HostFromHeader, receivertest.ProtoFromHeader, receivertest.HostFromForwarded,
		receivertest.PathFromHeader, receivertest.AnyHost, receivertest.IgnoresPort, receivertest.IgnoresPath, receivertest.IgnoresSlash,
		receivertest.AnySchemeBare, receivertest.AnyScheme, receivertest.TrimsBody, receivertest.StripsBOM, receivertest.CutsBody,
		receivertest.TrustsLocalhost, receivertest.Host500, receivertest.TrustsDebug, receivertest.TrustsTestBody,
		receivertest.TrustsBearer, receivertest.VerifiesJSONOnly, receivertest.VerifiesBodyOnly, receivertest.BadJSON500,
		receivertest.AcceptsBadJSON, receivertest.NotEvent500, receivertest.StrictKeys, receivertest.StrictActions,
		receivertest.StrictStatus, receivertest.FewLeads, receivertest.BreaksAfterHalfBody, receivertest.LeaksSlots,
		receivertest.LocksAfterDisconnect, receivertest.OneAtATime, receivertest.Closes, receivertest.ClosesSilently, receivertest.Slow,
		receivertest.ContentType500, receivertest.NeedsCharset, receivertest.RejectsCharset, receivertest.NeedsBrowser,
		receivertest.RejectsExpect, receivertest.NeedsExpect, receivertest.RejectsManyHeaders, receivertest.RejectsClose,
		receivertest.AbsoluteTarget500, receivertest.Redirects, receivertest.GET500, receivertest.HEAD500, receivertest.OPTIONS500,
		receivertest.HTMLErrors, receivertest.RevealsSignature, receivertest.RevealsTrace, receivertest.RevealsTraceInHTML,
		receivertest.RevealsSecret, receivertest.WarnsInSuccess,
		receivertest.TrustsQuery, receivertest.TrustsLocalHost, receivertest.AcceptsBatches, receivertest.AcceptsForms,
		receivertest.NeedsLength, receivertest.RejectsHTTP10, receivertest.EmptyPost500, receivertest.MixesBodies,
	},
	"its limit is above the largest example":                                  {receivertest.MediumBody},
	"fuzz would wait 400 ms for each example; StoresHTML is the same mistake": {receivertest.StoresHTMLLate},
	"no example has such data": {
		receivertest.SmallVersion, receivertest.NeedsBrowserName, receivertest.NeedsPage, receivertest.StoresSheetDates,
	},

	"it depends on the time between two requests": {receivertest.LosesUpdates},
}

// TestEveryMisbehaviorIsListed checks that each misbehaviour of receivertest is in one of the three tables.
func TestEveryMisbehaviorIsListed(t *testing.T) {
	t.Parallel()
	var listed []receivertest.Misbehavior
	for _, others := range notMinimal {
		listed = append(listed, others...)
	}
	listed = slices.AppendSeq(slices.AppendSeq(listed, maps.Keys(minimal)), maps.Keys(minimalStored))
	for _, m := range receivertest.Misbehaviors() {
		if n := len(slices.DeleteFunc(slices.Clone(listed), func(l receivertest.Misbehavior) bool { return l != m })); n != 1 {
			t.Errorf("%s is in %d tables", m, n)
		}
	}
}

func TestMinimalForms(t *testing.T) {
	t.Parallel()
	for mistake, want := range minimal {
		t.Run(string(mistake), func(t *testing.T) {
			t.Parallel()
			h, _ := receiverWith(mistake)
			compareFirst(t, fuzzing(t, h, Options{Found: stopAtFirst}), want)
		})
	}
	for mistake, want := range minimalStored {
		t.Run(string(mistake), func(t *testing.T) {
			t.Parallel()
			h, probe := receiverWith(mistake)
			compareFirst(t, fuzzing(t, h, Options{Probe: probe, Settle: time.Millisecond, Found: stopAtFirst}), want)
		})
	}
}

func compareFirst(t *testing.T, result *Result, want string) {
	t.Helper()
	switch {
	case len(result.Failures) == 0:
		t.Errorf("found nothing with %d requests, want %s", result.Requests, want)
	case !regexp.MustCompile("^(?:" + want + ")$").MatchString(result.Failures[0].Sentence):
		t.Errorf("the sentence is\n%s\nwant\n%s", result.Failures[0].Sentence, want)
	case !result.Failures[0].Stable():
		t.Errorf("it failed %d of %d times", result.Failures[0].Failed, result.Failures[0].Tried)
	}
}

// seen is the part of an event that the mistakes of this test look at.
type seen struct {
	Lead struct {
		ID   string
		Data map[string]seenAnswer
	}
	Meta struct {
		Browser struct {
			IsMobile bool `json:"is_mobile"`
		}
	}
	Action string
	body   []byte
}

type seenAnswer struct {
	Input, Type string
	Value       any
}

func (e *seen) text(fits func(string) bool) bool {
	for _, a := range e.Lead.Data {
		if s, ok := a.Value.(string); ok && fits(s) {
			return true
		}
	}
	return false
}

func (e *seen) textWith(chars string) bool {
	return e.text(func(s string) bool { return strings.ContainsAny(s, chars) })
}

func (e *seen) field(fits func(string) bool) bool {
	for field := range e.Lead.Data {
		if fits(field) {
			return true
		}
	}
	return false
}

func (e *seen) number(fits func(float64) bool) bool {
	for _, a := range e.Lead.Data {
		if n, ok := a.Value.(float64); ok && fits(n) {
			return true
		}
	}
	return false
}

// part reports whether a part of an object value fits.
func (e *seen) part(key string, fits func(string) bool) bool {
	for _, a := range e.Lead.Data {
		if object, ok := a.Value.(map[string]any); ok {
			if s, ok := object[key].(string); ok && fits(s) {
				return true
			}
		}
	}
	return false
}

// ownMistakes are mistakes that receivertest and check do not know. The receiver responds 500 if fails returns true.
var ownMistakes = []struct {
	name  string
	fails func(e *seen) bool
	want  string
}{
	{"comma", func(e *seen) bool { return e.textWith(",") }, `an answer that contains ","`},
	{"semicolon", func(e *seen) bool { return e.textWith(";") }, `an answer that contains ";"`},
	{"tab", func(e *seen) bool { return e.textWith("\t") }, `an answer that contains a tab`},
	{"carriage return", func(e *seen) bool { return e.textWith("\r") }, `an answer that contains a carriage return`},
	{"percent", func(e *seen) bool { return e.textWith("%") }, `an answer that contains "%"|an e-mail .*`},
	{"pipe", func(e *seen) bool { return e.textWith("|") }, `an answer that contains "\|"`},
	{"backtick", func(e *seen) bool { return e.textWith("`") }, `an answer that contains a backtick`},
	{"at the start", func(e *seen) bool { return e.text(func(s string) bool { return strings.HasPrefix(s, "@") }) }, `an answer that contains "@"`},
	{"digits", func(e *seen) bool {
		return e.text(func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" })
	}, `an answer that contains "0"|the phone number "5550100"|an answer whose value "0" is not its input`},
	{"the word true", func(e *seen) bool { return e.text(func(s string) bool { return s == "true" }) }, `the answer "true"|an answer whose value "true" is not its input`},
	{"NaN", func(e *seen) bool { return e.text(func(s string) bool { return s == "NaN" }) }, `the answer "NaN"|an answer whose value "NaN" is not its input`},
	{"comment", func(e *seen) bool { return e.text(func(s string) bool { return strings.Contains(s, "--") }) }, `the answer "--"`},
	{"1000 bytes", func(e *seen) bool { return e.text(func(s string) bool { return len(s) > 1000 }) }, `an answer of 1001 bytes`},
	{"191 characters", func(e *seen) bool { return e.text(func(s string) bool { return len([]rune(s)) > 191 }) }, `an answer of 192 bytes|an e-mail .*`},
	{"line separator", func(e *seen) bool { return e.textWith("\u2028") }, `an answer that contains a line separator`},
	{"byte order mark", func(e *seen) bool { return e.textWith("\ufeff") }, `an answer that contains a byte order mark`},
	{"right to left", func(e *seen) bool {
		return e.text(func(s string) bool {
			return strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Hebrew, unicode.Arabic) })
		})
	}, `an answer that contains ".*" \(U\+0.*\)|the phone number .*`},
	{"combining mark", func(e *seen) bool {
		return e.text(func(s string) bool {
			return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Mn, r) })
		})
	}, `an answer that contains .*`},
	{"joiner", func(e *seen) bool { return e.textWith("\u200d") }, `an answer that contains .*\(U\+200D\)`},
	{"DEL", func(e *seen) bool { return e.textWith("\x7f") }, `an answer that contains the control character U\+007F`},
	{"emoji in a field", func(e *seen) bool {
		return e.field(func(s string) bool { return strings.ContainsFunc(s, func(r rune) bool { return r > 0xffff }) })
	}, `a field that contains "😀".*`},
	{"slash in a field", func(e *seen) bool { return e.field(func(s string) bool { return strings.Contains(s, "/") }) }, `a field that contains "/"`},
	{"64 bytes of a field", func(e *seen) bool { return e.field(func(s string) bool { return len(s) > 64 }) }, `a field of 65 bytes`},
	{"ten answers", func(e *seen) bool { return len(e.Lead.Data) > 10 }, `an updated event with 11 answers`},
	{"a million", func(e *seen) bool { return e.number(func(n float64) bool { return n > 1e6 }) }, `the number 1000001`},
	{"three decimals", func(e *seen) bool {
		return e.number(func(n float64) bool {
			_, fraction, _ := strings.Cut(strconv.FormatFloat(n, 'f', -1, 64), ".")
			return len(fraction) > 2
		})
	}, `the number \d\.\d01`},
	{"boolean", func(e *seen) bool {
		return slices.ContainsFunc(answersOf(e), func(a seenAnswer) bool { _, is := a.Value.(bool); return is })
	}, `an answer .*with the value true`},
	{"list in a list", func(e *seen) bool { return bytes.Contains(e.body, []byte(`"value":[[`)) }, `an answer .*with the value \[\[\]\]`},
	{"New Year's Eve", func(e *seen) bool {
		return e.part("date_time", func(s string) bool { return strings.Contains(s, "-12-31T") })
	}, `the day .*-12-31 .*`},
	{"midnight", func(e *seen) bool {
		return e.part("date_time", func(s string) bool { return strings.Contains(s, "T00:00") })
	}, `the day 2022-07-28 00:00`},
	{"time zone of Kiribati", func(e *seen) bool {
		return e.part("timezone", func(s string) bool { return s == "Pacific/Kiritimati" })
	}, `the time zone Pacific/Kiritimati`},
	{"no state", func(e *seen) bool { return e.part("state", func(s string) bool { return s == "" }) }, `the address .*|an answer of type address`},
	{"ZIP code", func(e *seen) bool {
		return e.part("zip_code", func(s string) bool { return strings.HasPrefix(s, "0") })
	}, `the address "1 Main St, Apt\. 7, .*"`},
	{"mobile", func(e *seen) bool { return e.Meta.Browser.IsMobile }, `a mobile browser`},
	{"16 KiB", func(e *seen) bool { return len(e.body) > 16<<10 }, `an answer of \d+ bytes|an updated event with \d+ answers`},
}

func answersOf(e *seen) []seenAnswer {
	var answers []seenAnswer
	for _, a := range e.Lead.Data {
		answers = append(answers, a)
	}
	return answers
}

// failing returns a receiver that responds with the status to the events that fit, and as next otherwise.
func failing(next http.Handler, fits func(e *seen) bool, status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		e := seen{body: body}
		if json.Unmarshal(body, &e) == nil && r.Method == http.MethodPost && fits(&e) {
			w.WriteHeader(status)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

func TestMinimalFormsOfOwnMistakes(t *testing.T) {
	t.Parallel()
	if len(ownMistakes) < 30 {
		t.Errorf("there are %d mistakes, want 30 or more", len(ownMistakes))
	}
	for _, m := range ownMistakes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			right, _ := receiverWith()
			h := failing(right, m.fails, http.StatusInternalServerError)
			compareFirst(t, fuzzing(t, h, Options{Found: stopAtFirst}), "(?:"+m.want+") gets 500")
		})
	}
}
