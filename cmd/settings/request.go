package settings

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"artihook/emitter/exchange"
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

func (f *deliveredFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	AddFlag(flags, &f.form, FlagSpec[string]{
		Name: "form", Preset: "auto", Words: Texts("auto", "body", "http", "har", "curl"), Usage: "Read BODY in this form. auto detects it",
	})
	AddFlag(flags, &f.entry, FlagSpec[int]{Name: "entry", Kind: "N", Preset: "0", Parse: ParseCount, Usage: "Use the Nth signed request of a HAR file"})
	flags.StringVar(&f.number, "delivery", "", "Use the delivery with this `NUMBER` of the history, or last, instead of BODY")
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
	scheme    string // "" is unknown
}

// read returns the delivery of the argument or of --delivery.
func (f *deliveredFlags) read(ctx context.Context, set *Settings, args []string) (*delivered, error) {
	switch {
	case f.number != "" && len(args) > 0:
		return nil, errors.New("give BODY or --delivery, not both")
	case f.number != "":
		return f.recorded(ctx)
	case len(args) == 0:
		return nil, errors.New("body is missing; give its text, @FILE or -, or --delivery NUMBER")
	}
	text, err := set.ReadInput(ctx, args[0])
	if err != nil {
		return nil, err
	}
	form := exchange.Form(f.form)
	switch f.form {
	case "auto":
		form = exchange.Guess(text)
	case "body":
		form = exchange.FormNone
	}
	recording, err := f.recording(form, text)
	if err != nil || form == exchange.FormNone {
		return &delivered{body: text}, err
	}
	return newDelivered(recording)
}

func (f *deliveredFlags) recording(form exchange.Form, text []byte) (exchange.Recording, error) {
	switch form {
	case exchange.FormHTTP:
		return exchange.ReadHTTP(text)
	case exchange.FormCurl:
		return exchange.ReadCurl(string(text))
	case exchange.FormHAR:
		return f.ofHAR(text)
	}
	return exchange.Recording{}, nil
}

// ofHAR returns the only signed request of the file, or the one of --entry.
func (f *deliveredFlags) ofHAR(file []byte) (exchange.Recording, error) {
	all, err := exchange.ReadHAR(file)
	if err != nil {
		return exchange.Recording{}, err
	}
	var signed []exchange.Recording
	for _, r := range all {
		if _, ok := r.Request.Headers.Lookup(signature.Header); ok {
			signed = append(signed, r)
		}
	}
	switch {
	case len(signed) == 0 && len(all) == 1:
		return all[0], nil
	case f.entry > len(signed):
		return exchange.Recording{}, fmt.Errorf("--entry %d: the HAR file has %s", f.entry, text.Counted(len(signed), "signed request"))
	case f.entry > 0:
		return signed[f.entry-1], nil
	case len(signed) != 1:
		return exchange.Recording{}, fmt.Errorf("the HAR file has %s; choose one with --entry", text.Counted(len(signed), "signed request"))
	}
	return signed[0], nil
}

// newDelivered returns the delivery of a recording. A request alone does not say whether it was sent with TLS.
func newDelivered(r exchange.Recording) (*delivered, error) {
	d := &delivered{body: r.Request.Body, method: r.Request.Method, URL: r.URL}
	d.Signature, d.HasHeader = r.Request.Headers.Lookup(signature.Header)
	if strings.HasPrefix(strings.ToLower(d.Signature), "sha1=") {
		d.scheme = signature.SchemeBody.String()
	}
	target, host := r.Request.Target, r.Request.Host
	if d.URL != "" {
		d.URL = signature.Complete(d.URL)
		_, rest, _ := strings.Cut(d.URL, "://")
		if at := strings.IndexAny(rest, "/?#"); at >= 0 && target == "" {
			target = rest[at:]
		}
	}
	forwarded := r.Request.Headers.Get("X-Forwarded-Host")
	for _, name := range []string{host, forwarded} { // receivers rebuild the URL from these
		if name != "" {
			d.Also = append(d.Also, "http://"+name+target, "https://"+name+target)
		}
	}
	if d.URL == "" && host != "" {
		d.URL = "http://" + host + target
		if proto := r.Request.Headers.Get("X-Forwarded-Proto"); strings.EqualFold(proto, "https") {
			d.URL = "https://" + host + target
		}
	}
	return d, nil
}

// recorded returns the delivery of --delivery.
func (f *deliveredFlags) recorded(ctx context.Context) (*delivered, error) {
	store, err := f.history.OpenToRead(ctx)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	found, err := Delivery(ctx, store, f.number)
	if err != nil {
		return nil, err
	}
	d := &delivered{body: found.Request.Body, method: found.Request.Method, URL: found.SignURL, scheme: found.Scheme}
	d.Signature, d.HasHeader = found.Request.Headers.Lookup(signature.Header)
	return d, nil
}
