package receivertest

// Misbehavior is a mistake that a [Receiver] makes on purpose.
type Misbehavior string

// Mistakes with the signature.
const (
	AcceptsAnything     Misbehavior = "accepts-anything"      // does not verify the signature
	RejectsAll          Misbehavior = "rejects-all"           // rejects every signature
	Rejects400          Misbehavior = "rejects-400"           // responds 400 to a wrong signature
	LowerCase           Misbehavior = "lower-case"            // compares with lower-case hex as text
	AcceptsZeros        Misbehavior = "accepts-zeros"         // also accepts a signature of zeros
	MissingHeader500    Misbehavior = "missing-header-500"    // responds 500 if the header is missing
	BadHeader500        Misbehavior = "bad-header-500"        // responds 500 if the header is not hex of the right length
	HeaderTwice500      Misbehavior = "header-twice-500"      // responds 500 if the header is there twice
	AcceptsTwoHeaders   Misbehavior = "accepts-two-headers"   // accepts any request with two signature headers
	ComparesPrefix      Misbehavior = "compares-prefix"       // accepts the beginning of the right signature
	ComparesStart       Misbehavior = "compares-start"        // compares the first digits only
	ComparesEnd         Misbehavior = "compares-end"          // does not compare the first digits
	IgnoresRest         Misbehavior = "ignores-rest"          // accepts the right signature with more digits after it
	FindsSignature      Misbehavior = "finds-signature"       // accepts the right signature with more digits before it
	IgnoresPrefix       Misbehavior = "ignores-prefix"        // accepts the signature with and without sha1= before it
	EmptySecret         Misbehavior = "empty-secret"          // also accepts a signature with an empty secret
	WeakSecret          Misbehavior = "weak-secret"           // also accepts a signature with the secret test
	PublishedSecret     Misbehavior = "published-secret"      // also accepts a signature with the secret of ArtiBot's documentation
	SecretFromHeader    Misbehavior = "secret-from-header"    // also accepts a signature with the secret in X-Artibot-Secret
	AcceptsUnkeyed      Misbehavior = "accepts-unkeyed"       // also accepts a digest without a secret
	TrustsAlgorithmNone Misbehavior = "trusts-algorithm-none" // accepts any signature that starts with none=
	RemembersSignatures Misbehavior = "remembers-signatures"  // accepts a signature again that was right once
	IgnoresQuery        Misbehavior = "ignores-query"         // verifies the URL without its query
	IgnoresMethod       Misbehavior = "ignores-method"        // also accepts a signature of GET
	MethodFromHeader    Misbehavior = "method-from-header"    // also accepts a signature of the method in X-HTTP-Method-Override
	HostFromHeader      Misbehavior = "host-from-header"      // also accepts a signature for the host in X-Forwarded-Host
	ProtoFromHeader     Misbehavior = "proto-from-header"     // also accepts a signature for the scheme in X-Forwarded-Proto
	HostFromForwarded   Misbehavior = "host-from-forwarded"   // also accepts a signature for the host in Forwarded
	PathFromHeader      Misbehavior = "path-from-header"      // also accepts a signature for the path in X-Original-URL
	AnyHost             Misbehavior = "any-host"              // also accepts a signature for https or localhost
	IgnoresPort         Misbehavior = "ignores-port"          // also accepts a signature for another port
	IgnoresPath         Misbehavior = "ignores-path"          // also accepts a signature for the path /
	IgnoresSlash        Misbehavior = "ignores-slash"         // also accepts a signature for the path with a slash at its end
	AnySchemeBare       Misbehavior = "any-scheme-bare"       // also accepts a signature of the other scheme, without its prefix
	AnyScheme           Misbehavior = "any-scheme"            // also accepts a signature of the other scheme
	Reserialises        Misbehavior = "re-serialises"         // verifies the JSON as JavaScript writes it again
	RewritesDates       Misbehavior = "rewrites-dates"        // verifies the JSON as Newtonsoft.Json writes it again, dates included
	EscapesHTML         Misbehavior = "escapes-html"          // verifies the JSON with < > & escaped
	ReadsLatin1         Misbehavior = "reads-latin-1"         // decodes the body as Latin-1
	TrimsBody           Misbehavior = "trims-body"            // also accepts the signature of the body without white space around it
	StripsBOM           Misbehavior = "strips-bom"            // also accepts the signature of the body without its byte order mark
	CutsBody            Misbehavior = "cuts-body"             // also accepts the signature of the body up to its last }
	TrustsLocalhost     Misbehavior = "trusts-localhost"      // accepts anything with X-Forwarded-For: 127.0.0.1
	Host500             Misbehavior = "host-500"              // responds 500 to a host that is not its own
	TrustsDebug         Misbehavior = "trusts-debug"          // accepts anything with X-Debug
	TrustsTestBody      Misbehavior = "trusts-test-body"      // accepts anything that starts with {"test":true
	TrustsBearer        Misbehavior = "trusts-bearer"         // accepts anything with a bearer token
	TrustsQuery         Misbehavior = "trusts-query"          // accepts any signature with debug= in the query
	TrustsLocalHost     Misbehavior = "trusts-local-host"     // accepts any signature with the Host localhost
	VerifiesCreatedOnly Misbehavior = "verifies-created-only" // accepts any signature of another action than created
	TrustsKnownLeads    Misbehavior = "trusts-known-leads"    // accepts any signature of an event of a known lead
	AcceptsBatches      Misbehavior = "accepts-batches"       // accepts any signature of an array
	AcceptsForms        Misbehavior = "accepts-forms"         // accepts any signature of a form
	VerifiesPOSTOnly    Misbehavior = "verifies-post-only"    // accepts PUT and PATCH without verification
	VerifiesJSONOnly    Misbehavior = "verifies-json-only"    // accepts a content type other than JSON without verification
	VerifiesSmallOnly   Misbehavior = "verifies-small-only"   // accepts a body above 64 KB without verification
	VerifiesBodyOnly    Misbehavior = "verifies-body-only"    // accepts an empty body without verification
)

// Mistakes with the body.
const (
	ReadsOnce         Misbehavior = "reads-once"          // handles the first piece of the body only
	SmallBody         Misbehavior = "small-body"          // rejects a body above 64 KiB
	MediumBody        Misbehavior = "medium-body"         // rejects a body above 512 KiB
	BadJSON500        Misbehavior = "bad-json-500"        // responds 500 to invalid JSON
	AcceptsBadJSON    Misbehavior = "accepts-bad-json"    // accepts invalid JSON
	NotEvent500       Misbehavior = "not-event-500"       // responds 500 to JSON that is not an event
	NeedsSecondAnswer Misbehavior = "needs-second-answer" // responds 500 if there is one answer
	FewAnswers        Misbehavior = "few-answers"         // responds 500 above 100 answers
	TextOnly          Misbehavior = "text-only"           // responds 500 to a value that is not text
	StrictTypes       Misbehavior = "strict-types"        // rejects an unknown type of answer
	StrictKeys        Misbehavior = "strict-keys"         // rejects an unknown key
	StrictActions     Misbehavior = "strict-actions"      // responds 500 to an unknown action
	StrictStatus      Misbehavior = "strict-status"       // rejects a status other than 0 and active
	StatusNumber      Misbehavior = "status-number"       // requires lead.status to be a number
	StatusText        Misbehavior = "status-text"         // requires lead.status to be text
	RejectsCompleted  Misbehavior = "rejects-completed"   // accepts created and updated only
	NeedsLastAnswered Misbehavior = "needs-last-answered" // responds 500 without last_answered_field_name
	DropsAfterError   Misbehavior = "drops-after-error"   // responds 200 with an error, and does not store a value other than text and number
)

// Mistakes with the visitor's place and browser.
const (
	NeedsPlace        Misbehavior = "needs-place"         // responds 500 if state or city is null
	NeedsIPv4         Misbehavior = "needs-ipv4"          // responds 500 to an IPv6 address
	NeedsUS           Misbehavior = "needs-us"            // responds 422 to another country than US
	NeedsDesktop      Misbehavior = "needs-desktop"       // responds 422 to the browser of a phone
	NeedsPlainCountry Misbehavior = "needs-plain-country" // responds 500 to an apostrophe in the name of a country
	NeedsBrowserName  Misbehavior = "needs-browser-name"  // rejects an empty name of a browser
	NeedsPage         Misbehavior = "needs-page"          // rejects an empty page
	NeedsIP           Misbehavior = "needs-ip"            // responds 500 to an empty IP address
	ShortPage         Misbehavior = "short-page"          // responds 500 to a page URL above 255 bytes
	PlainPage         Misbehavior = "plain-page"          // responds 500 to a page URL that is not ASCII
	ShortUserAgent    Misbehavior = "short-user-agent"    // responds 500 to a user agent above 255 bytes
)

// Mistakes with dates.
const (
	NeedsFraction    Misbehavior = "needs-fraction"     // rejects a date without a fraction
	NeedsSixDigits   Misbehavior = "needs-six-digits"   // rejects a fraction with one to five digits
	NeedsSevenDigits Misbehavior = "needs-seven-digits" // rejects a modify_date with six digits and Z
	NeedsZone        Misbehavior = "needs-zone"         // rejects a modify_date without Z
	NeedsUnixTime    Misbehavior = "needs-unix-time"    // responds 500 to a day before 1970
	Needs32BitTime   Misbehavior = "needs-32-bit-time"  // responds 500 to a day after 2038
	NeedsPlainYear   Misbehavior = "needs-plain-year"   // responds 500 to February 29
	NeedsZoneName    Misbehavior = "needs-zone-name"    // responds 500 to an old name of a time zone
	NeedsShortYear   Misbehavior = "needs-short-year"   // rejects a display_value with a year of four digits
	RejectsOld       Misbehavior = "rejects-old"        // rejects an event that is older than five minutes
	RejectsFuture    Misbehavior = "rejects-future"     // rejects an event whose time is ahead of its clock
)

// Mistakes with numbers.
const (
	ZeroIsMissing  Misbehavior = "zero-is-missing" // rejects the number 0
	UnsignedNumber Misbehavior = "unsigned-number" // responds 500 to a negative number
	WholeNumber    Misbehavior = "whole-number"    // responds 500 to a number with a fraction
	Int32          Misbehavior = "int-32"          // responds 500 to a number above 2^31
	SafeInteger    Misbehavior = "safe-integer"    // responds 500 to a number above 2^53
	NumberInput    Misbehavior = "number-input"    // responds 500 to the input of a number with a comma
)

// Mistakes with custom values.
const (
	NullCustom   Misbehavior = "null-custom"   // responds 500 to null
	ArrayCustom  Misbehavior = "array-custom"  // responds 500 to an array
	ObjectCustom Misbehavior = "object-custom" // responds 500 to an object
	SameCustom   Misbehavior = "same-custom"   // rejects a text that differs from the input
)

// Mistakes with the text of an answer.
const (
	EmptyIsMissing   Misbehavior = "empty-is-missing"  // rejects an empty text
	ZeroIsEmpty      Misbehavior = "zero-is-empty"     // rejects the texts 0 and false
	BlankIsMissing   Misbehavior = "blank-is-missing"  // rejects a blank text
	ShortAnswer      Misbehavior = "short-answer"      // responds 500 to a text above 255 bytes
	OneLine          Misbehavior = "one-line"          // responds 500 to a line break
	JoinsJSON        Misbehavior = "joins-json"        // responds 500 to a backslash or a double quote
	JoinsSQL         Misbehavior = "joins-sql"         // responds 500 to a single quote
	FirewallScript   Misbehavior = "firewall-script"   // responds 403 to <script
	FirewallSQL      Misbehavior = "firewall-sql"      // responds 403 to OR 1=1
	FirewallPath     Misbehavior = "firewall-path"     // responds 403 to ../
	FirewallFormula  Misbehavior = "firewall-formula"  // responds 403 to a text that starts with =
	FormatsText      Misbehavior = "formats-text"      // responds 500 to a percent sign
	RendersTemplates Misbehavior = "renders-templates" // responds 500 to {{ and ${
	BasicPlane       Misbehavior = "basic-plane"       // responds 500 to a character of four bytes
	NeedsXMLText     Misbehavior = "needs-xml-text"    // responds 500 to a control character that XML does not allow
	NullWord         Misbehavior = "null-word"         // rejects the text null
	ParsesText       Misbehavior = "parses-text"       // responds 500 to a text that starts like JSON
	StrictEmail      Misbehavior = "strict-email"      // rejects an e-mail address with a plus
	ASCIIEmail       Misbehavior = "ascii-email"       // rejects an e-mail address that is not ASCII
)

// Mistakes with field names.
const (
	FieldPaths        Misbehavior = "field-paths"         // parses names as paths, and responds 500 to brackets
	FieldDots         Misbehavior = "field-dots"          // responds 500 to a dot
	FieldDollars      Misbehavior = "field-dollars"       // responds 500 to a dollar sign
	FieldMarkup       Misbehavior = "field-markup"        // responds 500 to & < and quotes
	FieldASCII        Misbehavior = "field-ascii"         // responds 500 to a name that is not ASCII
	FieldNumbers      Misbehavior = "field-numbers"       // responds 500 to a number as a name
	FieldColumns      Misbehavior = "field-columns"       // responds 500 to the name of a column
	FieldPrototype    Misbehavior = "field-prototype"     // responds 500 to __proto__
	FieldSlashes      Misbehavior = "field-slashes"       // responds 500 to a slash
	FieldPercents     Misbehavior = "field-percents"      // responds 500 to a percent sign
	FieldAnswerKeys   Misbehavior = "field-answer-keys"   // responds 500 to the name of a key of an answer
	FieldLength       Misbehavior = "field-length"        // responds 500 to length
	FieldMethods      Misbehavior = "field-methods"       // responds 500 to the name of a method of JavaScript objects
	ShortField        Misbehavior = "short-field"         // responds 500 to a name above 255 bytes
	FieldsFoldCase    Misbehavior = "fields-fold-case"    // responds 500 to two names that differ in case only
	FieldsFoldAccents Misbehavior = "fields-fold-accents" // responds 500 to two names that differ in accents only
	FieldsFoldMarks   Misbehavior = "fields-fold-marks"   // responds 500 to two names that differ in punctuation only
	FieldsTrim        Misbehavior = "fields-trim"         // responds 500 to two names that differ in the space at the end only
)

// Mistakes with what is stored. They show only with a probe.
const (
	StoresHTML         Misbehavior = "stores-html"          // stores < > & and quotes as HTML entities
	StoresHTMLLate     Misbehavior = "stores-html-late"     // does so after [LateTime]
	StoresUnescaped    Misbehavior = "stores-unescaped"     // replaces the HTML entities of a text
	StoresWithoutTag   Misbehavior = "stores-without-tag"   // removes HTML tags
	StoresDecoded      Misbehavior = "stores-decoded"       // decodes percent escapes
	StoresASCII        Misbehavior = "stores-ascii"         // stores ? for a character that is not ASCII
	StoresBasicPlane   Misbehavior = "stores-basic-plane"   // stores ? for a character of four bytes
	StoresVisible      Misbehavior = "stores-visible"       // removes invisible characters
	StoresComposed     Misbehavior = "stores-composed"      // composes a letter and its accent
	StoresLatin1       Misbehavior = "stores-latin-1"       // decodes UTF-8 as Latin-1
	Stores255          Misbehavior = "stores-255"           // cuts a text after 255 bytes
	StoresOneLine      Misbehavior = "stores-one-line"      // cuts a text at a line break
	StoresTrimmed      Misbehavior = "stores-trimmed"       // removes the spaces around a text
	StoresLowerCase    Misbehavior = "stores-lower-case"    // stores a text in lower case
	StoresUpperCase    Misbehavior = "stores-upper-case"    // stores a text in upper case
	Stores20           Misbehavior = "stores-20"            // cuts a text after 20 bytes
	StoresFirstPart    Misbehavior = "stores-first-part"    // stores a text up to its first vertical bar
	StoresSlashes      Misbehavior = "stores-slashes"       // stores a backslash before backslashes and quotes
	StoresObjects      Misbehavior = "stores-objects"       // stores [object Object] for an object
	StoresNumbers      Misbehavior = "stores-numbers"       // stores a text that looks like a number as a number
	StoresTwoDecimals  Misbehavior = "stores-two-decimals"  // stores numbers with two digits after the point
	StoresSheetDates   Misbehavior = "stores-sheet-dates"   // stores a text like a day as a date
	StoresUnescapedURL Misbehavior = "stores-unescaped-url" // decodes a text that has valid percent escapes only
	StoresParsed       Misbehavior = "stores-parsed"        // stores a text that is a JSON object as an object
	StoresFoldedFields Misbehavior = "stores-folded-fields" // stores names in lower case, so that one answer replaces another
	StoresColumns      Misbehavior = "stores-columns"       // loses the answers id and status
)

// Mistakes with the events of a lead.
const (
	NotIdempotent             Misbehavior = "not-idempotent"               // makes a second record of a repeated event
	RejectsDuplicates         Misbehavior = "rejects-duplicates"           // responds 409 to a repeated event other than completed
	AppendsUpdates            Misbehavior = "appends-updates"              // makes a second record of a repeated update
	RejectsCompletedTwice     Misbehavior = "rejects-completed-twice"      // responds 409 to a repeated completed event
	RejectsCompletedFirst     Misbehavior = "rejects-completed-first"      // responds 409 to completed of an unknown lead
	RejectsStale              Misbehavior = "rejects-stale"                // responds 409 to an event older than a known one
	TrustsOrder               Misbehavior = "trusts-order"                 // lets the last event win, whatever its version
	SmallVersion              Misbehavior = "small-version"                // responds 500 to a version above 255
	ComparesText              Misbehavior = "compares-text"                // compares versions as text
	NeedsCreated              Misbehavior = "needs-created"                // responds 409 to updated of an unknown lead
	NeedsNextVersion          Misbehavior = "needs-next-version"           // responds 409 if a version was skipped
	DropsSeenVersion          Misbehavior = "drops-seen-version"           // drops completed if it knows the version
	StoresCreatedOnly         Misbehavior = "stores-created-only"          // stores the first event of a lead only
	LosesUpdates              Misbehavior = "loses-updates"                // lets version 2 overwrite version 3 if both arrive at the same time
	UniqueEmail               Misbehavior = "unique-email"                 // responds 409 to the e-mail address of another lead
	UniqueContact             Misbehavior = "unique-contact"               // responds 409 to the contact of another lead
	UniqueAnswers             Misbehavior = "unique-answers"               // responds 409 to the answers of another lead
	UniqueTexts               Misbehavior = "unique-texts"                 // responds 500 to two equal answers of a lead
	OverwritesContact         Misbehavior = "overwrites-contact"           // removes the earlier lead of the same contact
	IgnoresAnswersOfCompleted Misbehavior = "ignores-answers-of-completed" // leaves the answers as they are when a lead is completed
	OneCurrentLead            Misbehavior = "one-current-lead"             // stores an update in the lead that was created last
	FewLeads                  Misbehavior = "few-leads"                    // responds 429 to more than twenty requests at the same time
)

// Mistakes with connections.
const (
	BreaksAfterHalfBody  Misbehavior = "breaks-after-half-body" // fails the next request after a broken connection
	LeaksSlots           Misbehavior = "leaks-slots"            // reads no body after five broken connections
	LocksAfterDisconnect Misbehavior = "locks-after-disconnect" // responds 409 if the sender disconnected before the first response to the same event
	OneAtATime           Misbehavior = "one-at-a-time"          // handles one request at a time
	Closes               Misbehavior = "closes"                 // announces the end of each connection, which it may
	ClosesSilently       Misbehavior = "closes-silently"        // closes the connection without notice after an accepted event
	Slow                 Misbehavior = "slow"                   // responds after [SlowResponse]
)

// Mistakes with HTTP.
const (
	ContentType500     Misbehavior = "content-type-500"     // responds 500 if the content type is not application/json
	NeedsCharset       Misbehavior = "needs-charset"        // responds 415 to a content type without a charset
	RejectsCharset     Misbehavior = "rejects-charset"      // responds 415 to a content type with a charset
	NeedsBrowser       Misbehavior = "needs-browser"        // responds 403 to a user agent that is no browser
	RejectsExpect      Misbehavior = "rejects-expect"       // responds 417 to Expect: 100-continue
	NeedsExpect        Misbehavior = "needs-expect"         // responds 411 to a large body without Expect: 100-continue
	RejectsManyHeaders Misbehavior = "rejects-many-headers" // responds 431 to more than 20 headers
	RejectsClose       Misbehavior = "rejects-close"        // responds 400 to Connection: close
	AbsoluteTarget500  Misbehavior = "absolute-target-500"  // responds 500 to a request target with scheme and host
	Redirects          Misbehavior = "redirects"            // responds 302 to what it accepts
	GET500             Misbehavior = "get-500"              // responds 500 to GET
	HEAD500            Misbehavior = "head-500"             // responds 500 to HEAD
	OPTIONS500         Misbehavior = "options-500"          // responds 500 to OPTIONS
	NeedsLength        Misbehavior = "needs-length"         // responds 411 to a body without Content-Length
	RejectsHTTP10      Misbehavior = "rejects-http-10"      // responds 505 to HTTP/1.0
	EmptyPost500       Misbehavior = "empty-post-500"       // responds 500 to a POST with an empty body
	MixesBodies        Misbehavior = "mixes-bodies"         // keeps the rest of a longer body for the next request of the connection
)

// Mistakes with the text of a response.
const (
	HTMLErrors         Misbehavior = "html-errors"           // sends errors as HTML
	RevealsSignature   Misbehavior = "reveals-signature"     // sends the right signature in a rejection
	RevealsTrace       Misbehavior = "reveals-trace"         // sends a stack trace in an error
	RevealsTraceInHTML Misbehavior = "reveals-trace-in-html" // sends a stack trace as HTML in an error
	RevealsSecret      Misbehavior = "reveals-secret"        // sends the secret in an error
	WarnsInSuccess     Misbehavior = "warns-in-success"      // sends a warning of PHP with status 200
)

// Misbehaviors returns all of them.
func Misbehaviors() []Misbehavior {
	return []Misbehavior{
		AcceptsAnything, RejectsAll, Rejects400, LowerCase, AcceptsZeros, MissingHeader500, BadHeader500, HeaderTwice500,
		AcceptsTwoHeaders, ComparesPrefix, ComparesStart, ComparesEnd, IgnoresRest, FindsSignature, IgnoresPrefix, EmptySecret, WeakSecret,
		PublishedSecret, SecretFromHeader, AcceptsUnkeyed, TrustsAlgorithmNone, RemembersSignatures, IgnoresQuery, IgnoresMethod,
		MethodFromHeader, HostFromHeader, ProtoFromHeader, HostFromForwarded, PathFromHeader, AnyHost, IgnoresPort, IgnoresPath,
		IgnoresSlash, AnySchemeBare, AnyScheme, Reserialises, RewritesDates, EscapesHTML, ReadsLatin1, TrimsBody, StripsBOM, CutsBody,
		TrustsLocalhost, Host500, TrustsDebug, TrustsTestBody, TrustsBearer, TrustsQuery, TrustsLocalHost, VerifiesCreatedOnly,
		TrustsKnownLeads, AcceptsBatches, AcceptsForms, VerifiesPOSTOnly, VerifiesJSONOnly, VerifiesSmallOnly, VerifiesBodyOnly, ReadsOnce,
		SmallBody, MediumBody, BadJSON500, AcceptsBadJSON, NotEvent500, NeedsSecondAnswer, FewAnswers, TextOnly, StrictTypes, StrictKeys,
		StrictActions, StrictStatus, StatusNumber, StatusText, RejectsCompleted, NeedsLastAnswered, DropsAfterError, NeedsPlace, NeedsIPv4,
		NeedsUS, NeedsDesktop, NeedsPlainCountry, NeedsBrowserName, NeedsPage, NeedsIP, ShortPage, PlainPage, ShortUserAgent,
		NeedsFraction, NeedsSixDigits, NeedsSevenDigits, NeedsZone, NeedsUnixTime, Needs32BitTime, NeedsPlainYear, NeedsZoneName,
		NeedsShortYear, RejectsOld, RejectsFuture, ZeroIsMissing, UnsignedNumber, WholeNumber, Int32, SafeInteger, NumberInput, NullCustom,
		ArrayCustom, ObjectCustom, SameCustom, EmptyIsMissing, ZeroIsEmpty, BlankIsMissing, ShortAnswer, OneLine, JoinsJSON, JoinsSQL,
		FirewallScript, FirewallSQL, FirewallPath, FirewallFormula, FormatsText, RendersTemplates, BasicPlane, NeedsXMLText, NullWord,
		ParsesText, StrictEmail, ASCIIEmail, FieldPaths, FieldDots, FieldDollars, FieldMarkup, FieldASCII, FieldNumbers, FieldColumns,
		FieldPrototype, FieldSlashes, FieldPercents, FieldAnswerKeys, FieldLength, FieldMethods, ShortField, FieldsFoldCase,
		FieldsFoldAccents, FieldsFoldMarks, FieldsTrim, StoresHTML, StoresHTMLLate, StoresUnescaped, StoresWithoutTag, StoresDecoded,
		StoresASCII, StoresBasicPlane, StoresVisible, StoresComposed, StoresLatin1, Stores255, StoresOneLine, StoresTrimmed,
		StoresLowerCase, StoresUpperCase, Stores20, StoresFirstPart, StoresSlashes, StoresObjects, StoresNumbers, StoresTwoDecimals,
		StoresSheetDates, StoresUnescapedURL, StoresParsed, StoresFoldedFields, StoresColumns, NotIdempotent, RejectsDuplicates,
		AppendsUpdates, RejectsCompletedTwice, RejectsCompletedFirst, RejectsStale, TrustsOrder, SmallVersion, ComparesText, NeedsCreated,
		NeedsNextVersion, DropsSeenVersion, StoresCreatedOnly, LosesUpdates, UniqueEmail, UniqueContact, UniqueAnswers, UniqueTexts,
		OverwritesContact, IgnoresAnswersOfCompleted, OneCurrentLead, FewLeads, BreaksAfterHalfBody, LeaksSlots, LocksAfterDisconnect,
		OneAtATime, Closes, ClosesSilently, Slow, ContentType500, NeedsCharset, RejectsCharset, NeedsBrowser, RejectsExpect, NeedsExpect,
		RejectsManyHeaders, RejectsClose, AbsoluteTarget500, Redirects, GET500, HEAD500, OPTIONS500, NeedsLength, RejectsHTTP10,
		EmptyPost500, MixesBodies, HTMLErrors, RevealsSignature, RevealsTrace, RevealsTraceInHTML, RevealsSecret, WarnsInSuccess,
	}
}
