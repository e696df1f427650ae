package exchange

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"artihook/emitter/text"
)

// Recording is a request that another tool has saved.
type Recording struct {
	// URL is the whole URL; "" if only the request was saved. Also holds other URLs that the sender may have used, if
	// the tool does not save the URL exactly.
	URL  string
	Also []string
	// Request holds what was saved. Its headers include Content-Length if that was saved, which may not be the length
	// of the body.
	Request  Request
	Response *Response     // nil if none was saved
	Time     time.Time     // zero if unknown
	Duration time.Duration // 0 if unknown
	Err      error         // why this request cannot be used; nil if it can

	scheme string // of a pseudo-header
}

// form is a format in which tools save requests.
type form struct {
	name  string // for Read
	title string // for errors
	json  bool   // the format is JSON, of which read gets one object; otherwise read gets the whole text
	// recognise reports whether the text is probably in this format, judging by a part of it.
	recognise func(in *input) bool
	read      func(in *input) ([]Recording, error)
	mark      string // a field by which broken JSON resembles the format; "" if there is none
}

// forms returns all formats. The first that recognises a text reads it.
func forms() []form {
	return []form{
		{"trace", "a trace of > and < lines", false, isTrace, readTrace, ""},
		{"http", "a raw request", false, isHTTP, readHTTP, ""},
		{"powershell", "a PowerShell command", false, isPowerShell, readPowerShell, ""},
		{"curl", "a curl command", false, isCurl, readCurl, ""},
		{"fetch", "a fetch call", false, isFetch, readFetch, ""},
		{"artihook", "the JSON of artihook", true, isDelivery, readDelivery, "sign_url"},
		{"ngrok", "an ngrok capture", true, isNgrok, readNgrok, "tunnel_name"},
		{"cloudflare", "a Cloudflare event", true, isCloudflare, readCloudflare, "outcome"},
		{"har", "a HAR file", true, isHAR, readHAR, "log"},
		{"lambda", "an AWS Lambda event", true, isLambda, readLambda, "requestContext"},
		{"webhook.site", "a webhook.site capture", true, isWebhookSite, readWebhookSite, "token_id"},
		{"zapier", "a Zapier sample", true, isZapier, readZapier, "raw_body"},
		{"json", "a request in JSON", true, isObject, readObject, ""},
	}
}

// Forms returns the names of the formats that [Read] knows.
func Forms() []string {
	var names []string
	for _, f := range forms() {
		names = append(names, f.name)
	}
	return names
}

// ErrNoRequest is wrapped by the error of [Read] for text in no known format, such as the body of an event.
var ErrNoRequest = errors.New("it contains no request in a known format")

const (
	maxRead     = 64 << 20 // the limit for a text, in bytes
	maxRequests = 100_000  // the limit for the requests in a text
)

// Read returns the requests in data, in their order: raw HTTP, commands of curl and PowerShell, fetch calls, HAR files, and
// what other tools and artihook itself print. name is one of [Forms], or "" for the format that recognises data. Read
// decodes UTF-16, and reads the content of a Markdown fence. It runs no command and opens no file.
//
// If Read can use one request, the others have the reason in Err. Otherwise it returns an error, which names the format
// and the line.
func Read(data []byte, name string) ([]Recording, error) {
	if len(data) > maxRead {
		return nil, fmt.Errorf("the text is longer than %d MiB; split it", maxRead>>20)
	}
	decoded, _ := text.Decode(data)
	whole := unfenced(string(decoded))
	inputs, broken := documents(whole)
	if name != "" && !formNamed(name).json {
		inputs, broken = []input{{text: whole}}, nil
	}
	if len(inputs) > maxRequests {
		return nil, fmt.Errorf("the text has more than %d requests; split it", maxRequests)
	}
	var list []Recording
	var title string
	for i := range inputs {
		place := ""
		if len(inputs) > 1 {
			place = fmt.Sprintf("entry %d: ", i+1)
		}
		f, ok := formOf(&inputs[i], name)
		if !ok {
			list = append(list, Recording{Err: fmt.Errorf("%s%w", place, atLine(inputs[i].line, ErrNoRequest))})
			continue
		}
		title = f.title
		found, err := f.read(&inputs[i])
		if err == nil && len(found) == 0 {
			err = ErrNoRequest
		}
		if err != nil {
			found = []Recording{{Err: fmt.Errorf("reading %s: %s%w", title, place, atLine(inputs[i].line, err))}}
		}
		for _, r := range found {
			if r.Err == nil {
				r.Err = atLine(inputs[i].line, r.setMethod())
			}
			if r.Err != nil && err == nil {
				r.Err = fmt.Errorf("reading %s: %s%w", title, place, r.Err)
			}
			list = append(list, r)
		}
	}
	switch {
	case broken != nil && title != "":
		list = append(list, Recording{Err: fmt.Errorf("reading %s: %w", title, broken)})
	case broken != nil && resembled(whole) != "":
		return nil, fmt.Errorf("reading %s: %w", resembled(whole), broken)
	case broken != nil:
		return nil, fmt.Errorf("%w: %w", ErrNoRequest, broken)
	case title == "" && name != "":
		return nil, fmt.Errorf("reading %s: it is not JSON with a request", formNamed(name).title)
	case title == "":
		return nil, noRequest(inputs)
	}
	if usable := func(r Recording) bool { return r.Err == nil }; !slices.ContainsFunc(list, usable) {
		at := slices.IndexFunc(list, func(r Recording) bool { return !errors.Is(r.Err, ErrNoRequest) })
		return nil, list[max(at, 0)].Err
	}
	return list, nil
}

// formOf returns the named format, or the one that recognises the text.
func formOf(in *input, name string) (form, bool) {
	for _, f := range forms() {
		if f.json == (in.fields != nil) && (f.name == name || name == "" && f.recognise(in)) {
			return f, true
		}
	}
	return form{}, false
}

// formNamed returns the format with this name; the zero value if there is none.
func formNamed(name string) form {
	all := forms()
	if at := slices.IndexFunc(all, func(f form) bool { return f.name == name }); at >= 0 {
		return all[at]
	}
	return form{}
}

// resembled returns the title of the format that broken JSON resembles by a field at its beginning; "" if there is none.
func resembled(whole string) string {
	start := whole[:min(len(whole), 2048)]
	for _, f := range forms() {
		if f.mark != "" && strings.Contains(start, `"`+f.mark+`"`) {
			return f.title
		}
	}
	return ""
}

// noRequest returns the error for text in no known format.
func noRequest(inputs []input) error {
	if len(inputs) == 0 {
		return fmt.Errorf("%w: it is empty", ErrNoRequest)
	}
	if inputs[0].fields != nil {
		return fmt.Errorf("%w: it is JSON without a method, headers and a body", ErrNoRequest)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(inputs[0].text), "\n")
	return fmt.Errorf("%w: it begins with %q", ErrNoRequest, shorten(first))
}

// lineError is an error at a line of the text that was read.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return fmt.Sprintf("line %d: %v", e.line, e.err) }
func (e *lineError) Unwrap() error { return e.err }

// atLine adds a line to an error that has none.
func atLine(line int, err error) error {
	var placed *lineError
	if err == nil || line == 0 || errors.As(err, &placed) {
		return err
	}
	return &lineError{line, err}
}

// errorAt returns an error at a line.
func errorAt(line int, format string, args ...any) error {
	return &lineError{line, fmt.Errorf(format, args...)}
}

var errNoBody = errors.New("the file holds no body; save the request with its body, or give the body itself")

// addHeader adds a header. Host and the pseudo-headers of HTTP/2 become parts of the request. A name that is not a token
// is ignored.
func (r *Recording) addHeader(name, value string) {
	value = cleanValue(value)
	switch strings.ToLower(name) {
	case "host", ":authority":
		r.Request.Host = value
	case ":method":
		r.Request.Method = strings.ToUpper(value)
	case ":path":
		r.Request.Target = value
	case ":scheme":
		r.scheme = value
	default:
		if isToken(name) {
			r.Request.Headers = append(r.Request.Headers, Header{name, value})
		}
	}
}

// setMethod sets the method of ArtiBot if none was saved, and returns an error for one that is not valid.
func (r *Recording) setMethod() error {
	if r.Request.Method == "" {
		r.Request.Method = "POST"
	}
	if !isToken(r.Request.Method) {
		return fmt.Errorf("method %q, want a method such as POST", shorten(r.Request.Method))
	}
	return nil
}

// setURL sets the whole URL if the scheme and the host are known.
func (r *Recording) setURL(scheme string) {
	if r.URL == "" && scheme != "" && r.Request.Host != "" {
		r.URL = scheme + "://" + r.Request.Host + r.Request.target()
	}
}

// needsBody reports whether a request without a saved body must have had one.
func (r *Recording) needsBody() bool {
	return r.Request.writesLength() && r.Request.Headers.Get("Content-Length") != "0"
}

// fitBody returns the body without the changes that tools make to line ends, if it then has the length of Content-Length.
// Otherwise it returns the body as it is, but without the last line end if there is no Content-Length.
func (r *Recording) fitBody(body string) []byte {
	trimmed := strings.TrimSuffix(strings.TrimSuffix(body, "\n"), "\r")
	length, ok := r.Request.Headers.Lookup("Content-Length")
	if !ok {
		return []byte(trimmed)
	}
	unix := strings.ReplaceAll(body, "\r\n", "\n")
	unixTrimmed := strings.TrimSuffix(unix, "\n")
	windows := strings.ReplaceAll(unixTrimmed, "\n", "\r\n")
	for _, spelling := range []string{body, trimmed, unix, unixTrimmed, windows, windows + "\r\n", trimmed + "\n", strings.TrimSpace(body)} {
		if length == fmt.Sprint(len(spelling)) {
			return []byte(spelling)
		}
	}
	return []byte(trimmed)
}

// unfenced returns the content of a Markdown fence with which the text begins, in its lines; otherwise the text.
func unfenced(whole string) string {
	start := strings.TrimLeft(whole, " \t\r\n")
	mark := ""
	for _, m := range []string{"```", "~~~"} {
		if strings.HasPrefix(start, m) {
			mark = m
		}
	}
	first, rest, ok := strings.Cut(start, "\n")
	if mark == "" || !ok || strings.Contains(first[len(mark):], mark) {
		return whole
	}
	above := strings.Count(whole[:len(whole)-len(rest)], "\n")
	if end := strings.Index("\n"+rest, "\n"+mark); end >= 0 {
		rest = ("\n" + rest)[1:max(end+1, 1)]
	}
	return strings.Repeat("\n", above) + rest
}
