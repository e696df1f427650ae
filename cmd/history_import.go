package cmd

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"time"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/emitter/text"

	"github.com/spf13/cobra"
)

func newHistoryImportCmd(a *app) *cobra.Command {
	opt := &settings.HistoryFlags{}
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Import deliveries that artihook or another tool has saved",
		Long: `Import adds the deliveries of a file to the history: the output of history export, or of a command with -o json.
- is stdin. In a new history the deliveries keep their numbers, otherwise they get new ones.

FILE can also hold requests that another tool has saved: raw HTTP, a HAR file, commands of curl or PowerShell, fetch calls,
captures of webhook.site and ngrok, events of AWS Lambda and Cloudflare. Import leaves out requests that are not a webhook's:
those that are neither signed nor a POST with a body.`,
		Example: "  artihook history export > lead.jsonl\n  artihook history import lead.jsonl --history other.db\n  artihook history import traffic.har",
		Args:    args(cobra.ExactArgs(1)),
		RunE:    func(cmd *cobra.Command, args []string) error { return runHistoryImport(cmd.Context(), a, opt, args[0]) },
	}
	opt.AddPath(cmd)
	return cmd
}

func runHistoryImport(ctx context.Context, a *app, opt *settings.HistoryFlags, name string) error {
	from := settings.InterruptibleReader(ctx, a.system.Stdin)
	var file *os.File
	if name != "-" {
		var err error
		if file, err = settings.Interruptible(ctx, func() (*os.File, error) { return os.Open(name) }); err != nil {
			return console.Usagef("read %s: %w", name, settings.PlainError(err))
		}
		defer file.Close()
		from = settings.InterruptibleReader(ctx, file)
	}
	deliveries, err := settings.Interruptible(ctx, func() (iter.Seq2[history.Delivery, error], error) { return saved(ctx, a, from, file) })
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return console.Usage(fmt.Errorf("%s: %w", inputName(name), settings.PlainError(err)))
	}
	store, err := opt.Open(ctx)
	if err != nil {
		return err
	}
	done, err := store.Import(ctx, deliveries)
	if err = settings.Ended(err, store.Close()); err != nil {
		var broken *history.Error
		if done.Deliveries > 0 {
			err = fmt.Errorf("%w (%s before it were imported)", err, text.Counted(done.Deliveries, "delivery"))
		}
		if errors.As(err, &broken) || ctx.Err() != nil {
			return err
		}
		return console.Usage(fmt.Errorf("%s: %w", inputName(name), err))
	}
	return printImported(a, &done, store.Path())
}

func inputName(name string) string {
	if name == "-" {
		return "stdin"
	}
	return name
}

// deliveryLine matches the beginning of a line that artihook wrote for a delivery.
var deliveryLine = text.Regexp(`^\s*\{[^\n]*?"sign_url"\s*:`)

// saved returns the deliveries of a file, or of stdin if file is nil. Lines of artihook are read one after the other. A file with an
// error in a line changes nothing, because all lines of a regular file are read once before they are imported.
func saved(ctx context.Context, a *app, from io.Reader, file *os.File) (iter.Seq2[history.Delivery, error], error) {
	buffered := bufio.NewReaderSize(text.NewDecoder(from), 64<<10)
	start, err := buffered.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if len(bytes.TrimSpace(start)) > 0 && !deliveryLine().Match(start) {
		return recorded(a, buffered)
	}
	if info, err := statOf(file); err != nil || !info.Mode().IsRegular() {
		return history.ReadLines(buffered), nil // a pipe can be read once only
	}
	for _, err := range history.ReadLines(buffered) {
		if err := cmp.Or(err, ctx.Err()); err != nil {
			return nil, err
		}
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	return history.ReadLines(text.NewDecoder(from)), nil
}

func statOf(file *os.File) (os.FileInfo, error) {
	if file == nil {
		return nil, os.ErrInvalid
	}
	return file.Stat()
}

// recorded returns the deliveries of the requests that another tool has saved. It notes those that it leaves out.
func recorded(a *app, from io.Reader) (iter.Seq2[history.Delivery, error], error) {
	data, err := settings.ReadBounded("it", from)
	if err != nil {
		return nil, err
	}
	list, err := exchange.Read(data, "")
	if errors.Is(err, exchange.ErrNoRequest) && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		for _, line := range history.ReadLines(bytes.NewReader(data)) {
			return nil, cmp.Or(line, err)
		}
	}
	if err != nil {
		return nil, err
	}
	var deliveries []history.Delivery
	others := 0
	for _, r := range list {
		switch signed := r.Request.Headers.Has(signature.Header); {
		case r.Err != nil:
			a.printer.Notef("left out: %v", r.Err)
		case !signed && (r.Request.Method != "POST" || len(r.Request.Body) == 0):
			others++
		default:
			d, err := importedDelivery(&r, a.system.Now())
			if err != nil {
				return nil, err
			}
			deliveries = append(deliveries, d)
		}
	}
	if others > 0 {
		a.printer.Notef("left out %s: not signed, and not a POST with a body", text.Counted(others, "request"))
	}
	return func(yield func(history.Delivery, error) bool) {
		for _, d := range deliveries {
			if !yield(d, nil) {
				return
			}
		}
	}, nil
}

// importedDelivery returns the delivery of a recorded request. Without a recorded time it is now.
func importedDelivery(r *exchange.Recording, now time.Time) (history.Delivery, error) {
	url := settings.RecordedURL(r)
	parsed, err := settings.ParseTarget(url)
	if url == "" || err != nil {
		return history.Delivery{}, fmt.Errorf("a request has no URL, or not a valid one (%q); save it with its Host header", url)
	}
	summary := payload.Summarize(r.Request.Body)
	d := history.Delivery{
		Time: r.Time, State: history.Unknown, URL: parsed.String(), SignURL: parsed.String(), Scheme: signature.SchemeURL.String(),
		Event: summary.Event, Lead: summary.Lead, Version: summary.Version, Attempt: 1, Duration: r.Duration, Request: r.Request,
	}
	if d.Time.IsZero() {
		d.Time = now
	}
	d.Request.Headers = d.Request.Headers.Delete("Content-Length").Delete("Transfer-Encoding")
	d.Request.Target = parsed.Target // what is signed
	if d.Request.Host == "" {
		d.Request.Host = parsed.Host
	}
	if strings.HasPrefix(d.Request.Headers.Get(signature.Header), "sha1=") {
		d.Scheme = signature.SchemeBody.String()
	}
	if r.Response != nil {
		d.State, d.Status, d.Response = history.Done, r.Response.Status, r.Response
	}
	return d, nil
}

func printImported(a *app, done *history.Imported, path string) error {
	if a.printer.JSON() {
		return a.printer.WriteJSON(struct {
			Deliveries int64 `json:"deliveries"`
			First      int64 `json:"first"`
			Last       int64 `json:"last"`
		}{done.Deliveries, done.First, done.Last})
	}
	numbers := ""
	if done.Deliveries > 0 {
		numbers = fmt.Sprintf(", #%d to #%d", done.First, done.Last)
	}
	_, err := fmt.Fprintf(a.printer.Out, "imported %s into %s%s\n", text.Counted(done.Deliveries, "delivery"), path, numbers)
	return err
}
