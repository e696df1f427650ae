package receiver

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"artihook/emitter/payload"
)

// Fault is something that this receiver does wrong on purpose, as receivers in the wild do: what an examination of
// receivers is tried on.
type Fault string

// Faults about the signature.
const (
	FaultAcceptsAnything  Fault = "accepts-anything"   // it does not look at the signature
	FaultRefusesAll       Fault = "refuses-all"        // no signature is right
	FaultLowerCase        Fault = "lower-case"         // it compares with lower-case hex as text
	FaultMissingHeader500 Fault = "missing-header-500" // it crashes where the header is missing
	FaultBadHeader500     Fault = "bad-header-500"     // it crashes where the header is no hex of the right length
	FaultComparesPrefix   Fault = "compares-prefix"    // the beginning of the right header is enough
	FaultIgnoresQuery     Fault = "ignores-query"      // it leaves the query out of the URL
	FaultIgnoresMethod    Fault = "ignores-method"     // a signature of GET is right too
	FaultAnyHost          Fault = "any-host"           // a signature for https or another host is right too
	FaultAnyScheme        Fault = "any-scheme"         // a signature of the other scheme is right too
	FaultReserialises     Fault = "re-serialises"      // it verifies the JSON as JavaScript writes it again
	FaultRewritesDates    Fault = "rewrites-dates"     // it verifies the JSON as Newtonsoft.Json writes it again, dates and all
	FaultEscapesHTML      Fault = "escapes-html"       // it verifies the JSON with < > & escaped
	FaultReadsLatin1      Fault = "reads-latin-1"      // it takes the body for Latin-1
)

// Faults about the body.
const (
	FaultReadsOnce           Fault = "reads-once"             // it takes the first piece of the body for the whole
	FaultSmallBody           Fault = "small-body"             // it takes no more than 64 KiB
	FaultBadJSON500          Fault = "bad-json-500"           // it crashes on what is no JSON
	FaultAcceptsBadJSON      Fault = "accepts-bad-json"       // it answers 2xx to it
	FaultNeedsSecondAnswer   Fault = "needs-second-answer"    // it crashes where there is one answer
	FaultFewAnswers          Fault = "few-answers"            // it crashes above 100 answers
	FaultTextOnly            Fault = "text-only"              // it crashes on a value that is no text
	FaultNeedsPlace          Fault = "needs-place"            // it crashes where state or city is null
	FaultFieldPaths          Fault = "field-paths"            // it takes field names for paths, and crashes on brackets
	FaultStrictTypes         Fault = "strict-types"           // it refuses a type of answer that it does not know
	FaultStrictKeys          Fault = "strict-keys"            // it refuses a key that it does not know
	FaultStatusNumber        Fault = "status-number"          // lead.status must be a number
	FaultStatusText          Fault = "status-text"            // lead.status must be a text
	FaultContentType500      Fault = "content-type-500"       // it crashes where the content type is not application/json
	FaultRefusesCompleted    Fault = "refuses-completed"      // it knows created and updated only
	FaultBreaksAfterHalfBody Fault = "breaks-after-half-body" // after a broken connection the next request fails
)

// Faults about a lead's life; they need Options.Leads.
const (
	FaultNotIdempotent     Fault = "not-idempotent"     // an event that comes twice makes two records
	FaultRefusesDuplicates Fault = "refuses-duplicates" // it answers 409 to the second
	FaultRefusesStale      Fault = "refuses-stale"      // it answers 409 to what is older than what it has
	FaultTrustsOrder       Fault = "trusts-order"       // what comes last counts, whatever its version
	FaultNeedsCreated      Fault = "needs-created"      // it answers 409 to updated of a lead that it does not know
	FaultNeedsNextVersion  Fault = "needs-next-version" // it answers 409 where a version is left out
	FaultDropsSeenVersion  Fault = "drops-seen-version" // it drops completed where it has seen the version
	FaultFewLeads          Fault = "few-leads"          // it answers 429 to many leads in a row
)

// Faults about the answer.
const (
	FaultSlow        Fault = "slow"         // it takes longer than [SlowAnswer]
	FaultRedirects   Fault = "redirects"    // it answers 302 to what is right
	FaultHTMLErrors  Fault = "html-errors"  // its errors are HTML pages
	FaultCloses      Fault = "closes"       // it closes each connection
	FaultGET500      Fault = "get-500"      // it crashes on GET
	FaultHEAD500     Fault = "head-500"     // it crashes on HEAD
	FaultTellsRight  Fault = "tells-right"  // a refusal tells the signature that would have been right
	FaultTellsTrace  Fault = "tells-trace"  // an error tells its stack
	FaultTellsSecret Fault = "tells-secret" // an error tells the secret
)

// Faults lists every fault.
func Faults() []Fault {
	return []Fault{
		FaultAcceptsAnything, FaultRefusesAll, FaultLowerCase, FaultMissingHeader500, FaultBadHeader500, FaultComparesPrefix,
		FaultIgnoresQuery, FaultIgnoresMethod, FaultAnyHost, FaultAnyScheme, FaultReserialises, FaultRewritesDates,
		FaultEscapesHTML, FaultReadsLatin1,
		FaultReadsOnce, FaultSmallBody, FaultBadJSON500, FaultAcceptsBadJSON, FaultNeedsSecondAnswer, FaultFewAnswers,
		FaultTextOnly, FaultNeedsPlace, FaultFieldPaths, FaultStrictTypes, FaultStrictKeys, FaultStatusNumber, FaultStatusText,
		FaultContentType500, FaultRefusesCompleted, FaultBreaksAfterHalfBody,
		FaultNotIdempotent, FaultRefusesDuplicates, FaultRefusesStale, FaultTrustsOrder, FaultNeedsCreated,
		FaultNeedsNextVersion, FaultDropsSeenVersion, FaultFewLeads,
		FaultSlow, FaultRedirects, FaultHTMLErrors, FaultCloses, FaultGET500, FaultHEAD500, FaultTellsRight, FaultTellsTrace,
		FaultTellsSecret,
	}
}

// rewritten gives a body as other software writes it again; what is no JSON stays as it is.
func rewritten(body []byte, how Fault) []byte {
	switch how {
	case FaultEscapesHTML:
		escaped := bytes.ReplaceAll(body, []byte("<"), []byte(`\u003c`))
		escaped = bytes.ReplaceAll(escaped, []byte(">"), []byte(`\u003e`))
		return bytes.ReplaceAll(escaped, []byte("&"), []byte(`\u0026`))
	case FaultReadsLatin1:
		var text strings.Builder
		for _, b := range body {
			text.WriteRune(rune(b))
		}
		return []byte(text.String())
	case FaultRewritesDates:
		if raw, err := payload.ParseRaw(body); err == nil {
			return rewriteDates([]byte(raw))
		}
	case FaultReserialises:
		if raw, err := payload.ParseRaw(body); err == nil {
			return asJavaScript([]byte(raw))
		}
	}
	return body
}

// asJavaScript writes the numbers of compact JSON as JSON.stringify does, which knows no 4.0.
func asJavaScript(compact []byte) []byte {
	return eachScalar(compact, func(scalar []byte) []byte {
		if scalar[0] != '-' && (scalar[0] < '0' || scalar[0] > '9') {
			return scalar
		}
		f, err := strconv.ParseFloat(string(scalar), 64)
		if err != nil {
			return scalar
		}
		text, err := json.Marshal(f) // by the rules of ECMAScript
		if err != nil {
			return scalar
		}
		return text
	})
}

// rewriteDates writes strings that are date-times as Newtonsoft.Json does: without the zeros at the fraction's end.
func rewriteDates(compact []byte) []byte {
	return eachScalar(compact, func(scalar []byte) []byte {
		text := string(bytes.Trim(scalar, `"`))
		if scalar[0] != '"' || len(text) < 19 || text[10] != 'T' {
			return scalar
		}
		body, zone := strings.CutSuffix(strings.ToUpper(text), "Z")
		whole, fraction, _ := strings.Cut(body, ".")
		if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
			whole += "." + fraction
		}
		if zone {
			whole += "Z"
		}
		if _, err := payload.ParseDateTime(whole); err != nil {
			return scalar
		}
		return strconv.AppendQuote(nil, whole)
	})
}

// eachScalar replaces the strings, numbers and words of compact JSON, keys left out.
func eachScalar(compact []byte, replace func([]byte) []byte) []byte {
	var out []byte
	for i := 0; i < len(compact); {
		end := i + 1
		switch c := compact[i]; {
		case strings.IndexByte("{}[],:", c) >= 0:
			out = append(out, c)
			i = end
			continue
		case c == '"':
			for ; end < len(compact) && compact[end] != '"'; end++ {
				if compact[end] == '\\' {
					end++
				}
			}
			end = min(end+1, len(compact))
		default:
			for end < len(compact) && strings.IndexByte(",]}", compact[end]) < 0 {
				end++
			}
		}
		if isKey := compact[i] == '"' && end < len(compact) && compact[end] == ':'; isKey {
			out = append(out, compact[i:end]...)
		} else {
			out = append(out, replace(compact[i:end])...)
		}
		i = end
	}
	return out
}
