package receivertest

// Misbehavior is a mistake that a [Receiver] makes on purpose.
type Misbehavior string

// Mistakes with the signature.
const (
	AcceptsAnything  Misbehavior = "accepts-anything"   // does not verify the signature
	RejectsAll       Misbehavior = "rejects-all"        // rejects every signature
	Rejects400       Misbehavior = "rejects-400"        // responds 400 to a wrong signature
	LowerCase        Misbehavior = "lower-case"         // compares with lower-case hex as text
	AcceptsZeros     Misbehavior = "accepts-zeros"      // also accepts a signature of zeros
	MissingHeader500 Misbehavior = "missing-header-500" // responds 500 if the header is missing
	BadHeader500     Misbehavior = "bad-header-500"     // responds 500 if the header is not hex of the right length
	ComparesPrefix   Misbehavior = "compares-prefix"    // accepts the beginning of the right signature
	IgnoresQuery     Misbehavior = "ignores-query"      // verifies the URL without its query
	IgnoresMethod    Misbehavior = "ignores-method"     // also accepts a signature of GET
	AnyHost          Misbehavior = "any-host"           // also accepts a signature for https or localhost
	AnyScheme        Misbehavior = "any-scheme"         // also accepts a signature of the other scheme
	Reserialises     Misbehavior = "re-serialises"      // verifies the JSON as JavaScript writes it again
	RewritesDates    Misbehavior = "rewrites-dates"     // verifies the JSON as Newtonsoft.Json writes it again, dates included
	EscapesHTML      Misbehavior = "escapes-html"       // verifies the JSON with < > & escaped
	ReadsLatin1      Misbehavior = "reads-latin-1"      // decodes the body as Latin-1
)

// Mistakes with the body.
const (
	ReadsOnce           Misbehavior = "reads-once"             // handles the first piece of the body only
	SmallBody           Misbehavior = "small-body"             // rejects a body above 64 KiB
	BadJSON500          Misbehavior = "bad-json-500"           // responds 500 to invalid JSON
	AcceptsBadJSON      Misbehavior = "accepts-bad-json"       // accepts invalid JSON
	NeedsSecondAnswer   Misbehavior = "needs-second-answer"    // responds 500 if there is one answer
	FewAnswers          Misbehavior = "few-answers"            // responds 500 above 100 answers
	TextOnly            Misbehavior = "text-only"              // responds 500 to a value that is not text
	NeedsPlace          Misbehavior = "needs-place"            // responds 500 if state or city is null
	FieldPaths          Misbehavior = "field-paths"            // parses field names as paths, and responds 500 to brackets
	StrictTypes         Misbehavior = "strict-types"           // rejects an unknown type of answer
	StrictKeys          Misbehavior = "strict-keys"            // rejects an unknown key
	StatusNumber        Misbehavior = "status-number"          // requires lead.status to be a number
	StatusText          Misbehavior = "status-text"            // requires lead.status to be text
	ContentType500      Misbehavior = "content-type-500"       // responds 500 if the content type is not exactly application/json
	RejectsCompleted    Misbehavior = "rejects-completed"      // accepts created and updated only
	BreaksAfterHalfBody Misbehavior = "breaks-after-half-body" // fails the next request after a broken connection
)

// Mistakes with the events of a lead.
const (
	NotIdempotent     Misbehavior = "not-idempotent"     // makes a second record of a repeated event
	RejectsDuplicates Misbehavior = "rejects-duplicates" // responds 409 to a repeated event
	RejectsStale      Misbehavior = "rejects-stale"      // responds 409 to an event older than a known one
	TrustsOrder       Misbehavior = "trusts-order"       // lets the last event win, whatever its version
	NeedsCreated      Misbehavior = "needs-created"      // responds 409 to updated of an unknown lead
	NeedsNextVersion  Misbehavior = "needs-next-version" // responds 409 if a version was skipped
	DropsSeenVersion  Misbehavior = "drops-seen-version" // drops completed if it knows the version
	FewLeads          Misbehavior = "few-leads"          // responds 429 to many events at the same time
)

// Mistakes with the response.
const (
	Slow           Misbehavior = "slow"            // responds after [SlowResponse]
	Redirects      Misbehavior = "redirects"       // responds 302 to what it accepts
	HTMLErrors     Misbehavior = "html-errors"     // sends errors as HTML
	Closes         Misbehavior = "closes"          // announces the end of each connection, which it may
	ClosesSilently Misbehavior = "closes-silently" // closes the connection without notice after an accepted event
	GET500         Misbehavior = "get-500"         // responds 500 to GET
	HEAD500        Misbehavior = "head-500"        // responds 500 to HEAD
	TellsRight     Misbehavior = "tells-right"     // sends the right signature in a rejection
	TellsTrace     Misbehavior = "tells-trace"     // sends a stack trace in an error
	TellsSecret    Misbehavior = "tells-secret"    // sends the secret in an error
)

// Misbehaviors returns all of them.
func Misbehaviors() []Misbehavior {
	return []Misbehavior{
		AcceptsAnything, RejectsAll, Rejects400, LowerCase, AcceptsZeros, MissingHeader500, BadHeader500, ComparesPrefix, IgnoresQuery, IgnoresMethod,
		AnyHost, AnyScheme, Reserialises, RewritesDates, EscapesHTML, ReadsLatin1,
		ReadsOnce, SmallBody, BadJSON500, AcceptsBadJSON, NeedsSecondAnswer, FewAnswers, TextOnly, NeedsPlace, FieldPaths,
		StrictTypes, StrictKeys, StatusNumber, StatusText, ContentType500, RejectsCompleted, BreaksAfterHalfBody,
		NotIdempotent, RejectsDuplicates, RejectsStale, TrustsOrder, NeedsCreated, NeedsNextVersion, DropsSeenVersion, FewLeads,
		Slow, Redirects, HTMLErrors, Closes, ClosesSilently, GET500, HEAD500, TellsRight, TellsTrace, TellsSecret,
	}
}
