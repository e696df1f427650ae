package settings

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/text"

	"github.com/spf13/cobra"
)

// deliveredFlags set the source of the delivery for sign and verify.
type deliveredFlags struct {
	form    string
	entry   int
	number  string
	history HistoryFlags
}

const (
	formAuto = "auto"
	formBody = "body"
)

func (f *deliveredFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	AddFlag(flags, &f.form, FlagSpec[string]{
		Name: "form", Preset: formAuto, Words: Texts(append([]string{formAuto, formBody}, exchange.Forms()...)...),
		Usage: "Read BODY in this format. body takes its bytes as they are, auto recognises the format",
	})
	AddFlag(flags, &f.entry, FlagSpec[int]{Name: "entry", Kind: "N", Preset: "0", Parse: ParseCount, Usage: "Use the Nth signed request of a file with several"})
	flags.StringVar(&f.number, "delivery", "", "Use the delivery with this `NUMBER` of the history, or last. The same as the argument")
	f.history.AddPath(cmd)
}

// delivered is what is known of a delivery.
type delivered struct {
	body      []byte
	method    string   // "" is unknown
	URL       string   // "" is unknown
	Also      []string // other URLs that it may be signed for
	Signature string
	HasHeader bool
	Length    int    // Content-Length; -1 is unknown
	scheme    string // "" is unknown
	webhook   string // name of the webhook; "" is unknown
	Rejected  int    // the status 401 or 403 of the response; 0 if it had another
	Number    int64  // in the history; 0 if it is not from there
	Signed    bool   // artihook signed it, for URL
	Tampered  string // what is wrong with the signature on purpose; "" is nothing
}

// read returns the delivery of the argument or of --delivery.
func (f *deliveredFlags) read(ctx context.Context, set *Settings, args []string) (*delivered, error) {
	switch {
	case f.number != "" && len(args) > 0:
		return nil, errors.New("give BODY or --delivery, not both")
	case f.number != "":
		return f.recorded(ctx, f.number)
	case len(args) == 0:
		return nil, errors.New("body is missing; give its text, @FILE or -, or the number of a delivery")
	case f.form == formAuto && IsDelivery(args[0]):
		return f.recorded(ctx, args[0])
	}
	data, err := set.ReadInput(ctx, args[0])
	if err != nil {
		return nil, err
	}
	if f.form == formBody {
		return &delivered{body: data, Length: -1}, nil
	}
	form := f.form
	if form == formAuto {
		form = ""
	}
	all, err := exchange.Read(data, form)
	if form == "" && errors.Is(err, exchange.ErrNoRequest) {
		return &delivered{body: data, Length: -1}, nil
	}
	if err != nil {
		return nil, err
	}
	recording, err := f.choose(all)
	if err != nil {
		return nil, err
	}
	return newDelivered(recording)
}

// IsDelivery reports whether an argument is the number of a delivery, or last. No body of an event looks so.
func IsDelivery(arg string) bool {
	_, err := ParseNumber(strings.TrimPrefix(arg, "#"))
	return err == nil || arg == "last"
}

// choose returns the only signed request, or the one of --entry.
func (f *deliveredFlags) choose(all []exchange.Recording) (exchange.Recording, error) {
	var signed []exchange.Recording
	for _, r := range all {
		if r.Request.Headers.Has(signature.Header) {
			signed = append(signed, r)
		}
	}
	chosen := exchange.Recording{}
	switch {
	case f.entry > len(signed):
		return chosen, fmt.Errorf("--entry %d: the file has %s", f.entry, text.Counted(len(signed), "signed request"))
	case f.entry > 0:
		chosen = signed[f.entry-1]
	case len(signed) == 1:
		chosen = signed[0]
	case len(all) == 1:
		chosen = all[0]
	default:
		return chosen, fmt.Errorf("the file has %s; choose one with --entry", text.Counted(len(signed), "signed request"))
	}
	return chosen, chosen.Err
}

// newDelivered returns the delivery of a recording. A request alone does not say whether it was sent with TLS.
func newDelivered(r exchange.Recording) (*delivered, error) {
	d := &delivered{body: r.Request.Body, method: r.Request.Method, URL: RecordedURL(&r), Also: r.Also, Length: -1}
	if length, err := strconv.Atoi(r.Request.Headers.Get("Content-Length")); err == nil && length >= 0 {
		d.Length = length
	}
	d.Signature, d.HasHeader = r.Request.Headers.Lookup(signature.Header)
	if strings.HasPrefix(strings.ToLower(d.Signature), "sha1=") {
		d.scheme = signature.SchemeBody.String()
	}
	target := r.Request.Target
	if _, rest, ok := strings.Cut(d.URL, "://"); ok && target == "" {
		if at := strings.IndexAny(rest, "/?#"); at >= 0 {
			target = rest[at:]
		}
	}
	forwarded := r.Request.Headers.Get("X-Forwarded-Host")
	for _, name := range []string{r.Request.Host, forwarded} { // receivers rebuild the URL from these
		if name != "" {
			d.Also = append(d.Also, "http://"+name+target, "https://"+name+target)
		}
	}
	return d, nil
}

// RecordedURL returns the URL of a recording: the recorded one, or the one that its headers suggest. It returns "" if there is no
// host.
func RecordedURL(r *exchange.Recording) string {
	switch host := r.Request.Host; {
	case r.URL != "":
		return signature.Complete(r.URL)
	case host == "":
		return ""
	case strings.EqualFold(r.Request.Headers.Get("X-Forwarded-Proto"), "https"):
		return "https://" + host + r.Request.Target
	default:
		return "http://" + host + r.Request.Target
	}
}

// recorded returns a delivery of the history: the one with this number, or the last.
func (f *deliveredFlags) recorded(ctx context.Context, number string) (*delivered, error) {
	store, err := f.history.OpenToRead(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	found, err := Delivery(ctx, store, number)
	if err != nil {
		return nil, err
	}
	d := &delivered{
		body: found.Request.Body, method: found.Request.Method, URL: found.SignURL, scheme: found.Scheme, webhook: found.Webhook, Length: -1,
		Number: found.ID, Tampered: found.Tampered,
	}
	if d.Signed, err = signedHere(ctx, store, found); err != nil {
		return nil, err
	}
	if found.Status == http.StatusUnauthorized || found.Status == http.StatusForbidden {
		d.Rejected = found.Status
	}
	if found.URL != found.SignURL {
		d.Also = []string{found.URL}
	}
	d.Signature, d.HasHeader = found.Request.Headers.Lookup(signature.Header)
	return d, nil
}

// signedHere reports whether artihook signed a delivery. An imported delivery, and one that was sent again from it, has a signature of
// which nothing is known.
func signedHere(ctx context.Context, store *history.Store, d history.Delivery) (bool, error) {
	for d.Source != history.SourceImport && d.ResendOf > 0 {
		original, err := store.Get(ctx, d.ResendOf)
		if errors.Is(err, history.ErrNotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		d = original
	}
	return d.Source != history.SourceImport, nil
}
