package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/exchange"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/text"
	"artihook/scenarios/format"

	"github.com/spf13/cobra"
)

type exportOptions struct {
	selection
	format string
	file   string // "" is stdout
}

// exporter writes deliveries in one format.
type exporter interface {
	add(*history.Delivery) error
	end() error
}

// exportFormat is one value of --format. The first of exportFormats is the default.
type exportFormat struct {
	name  string
	about string // a sentence for the help, which begins with the name
	start func(io.Writer) exporter
}

func exportFormats() []exportFormat {
	return []exportFormat{
		{"jsonl", "holds everything, one delivery a line. history import reads it.", func(w io.Writer) exporter { return lineExporter{w} }},
		{"har", "is an HTTP archive for the developer tools of browsers.", func(w io.Writer) exporter { return harExporter{exchange.NewHAR(w, console.Version())} }},
		{"curl", "is a shell script that sends the same bytes.", func(w io.Writer) exporter { return curlExporter{exchange.NewScript(w)} }},
		{"scenario", "is a file for artihook run that sends the same bodies with new signatures.", func(w io.Writer) exporter { return scenarioExporter{&format.Recorder{W: w, Name: "from the history"}} }},
	}
}

func newHistoryExportCmd(a *app) *cobra.Command {
	opt := &exportOptions{}
	var names []string
	long := "Export writes deliveries to stdout or to --output-file: those with the numbers N, otherwise those that match the filters, the oldest first:"
	for _, f := range exportFormats() {
		names = append(names, f.name)
		long += "\n\n" + f.name + " " + f.about
	}
	cmd := &cobra.Command{
		Use:   "export [N…|last]",
		Short: "Export deliveries in a format of other tools",
		Long:  long,
		Example: `  artihook history export > deliveries.jsonl
  artihook history export 12 13 --output-file two.jsonl
  artihook history export --format har --since 1h > deliveries.har
  artihook history export --format curl --lead last > again.sh
  artihook history export --format scenario --lead last > again.yaml`,
		Args: args(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error { return runHistoryExport(cmd.Context(), a, opt, args) },
	}
	opt.add(cmd, "")
	settings.AddFlag(cmd.Flags(), &opt.format, settings.FlagSpec[string]{
		Name: "format", Preset: names[0], Words: settings.Texts(names...), Usage: "Write this format",
	})
	cmd.Flags().StringVar(&opt.file, "output-file", "", "Write to this `FILE` instead of stdout, and replace it if it exists")
	settings.MarkFilters(cmd.Flags(), "output-file")
	return cmd
}

func runHistoryExport(ctx context.Context, a *app, opt *exportOptions, args []string) error {
	if len(args) > 0 && opt.filter.Changed() {
		return errNumbersAndFilters()
	}
	store, filter, err := opt.open(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	selected, err := opt.deliveries(ctx, store, filter, args)
	if err != nil {
		return err
	}
	var written, leftOut int
	err = opt.output(a, func(w io.Writer) error {
		out := bufio.NewWriterSize(w, 64<<10)
		written, leftOut, err = opt.write(selected, out)
		return errors.Join(err, out.Flush())
	})
	if err != nil {
		return err
	}
	if opt.file != "" {
		a.printer.Notef("%s in %s", text.Counted(written, "delivery"), opt.file)
	}
	if leftOut > 0 {
		fmt.Fprintf(a.system.Stderr, "left out %s: not an http or https URL\n", text.Counted(leftOut, "delivery"))
	} else if written == 0 {
		return opt.printNone(ctx, a, store, filter)
	}
	return nil
}

// output calls write with stdout, or with the file of --output-file. A file holds credentials as they were sent, so only its
// owner can read it.
func (opt *exportOptions) output(a *app, write func(io.Writer) error) error {
	if opt.file == "" {
		return a.printer.Verbatim(write)
	}
	err := settings.WriteFile(opt.file, 0o600, write)
	var broken *history.Error
	if err == nil || errors.As(err, &broken) {
		return err
	}
	return console.Usage(fmt.Errorf("write %s: %w", opt.file, settings.PlainError(err)))
}

// exporterFor returns the exporter of a format.
func exporterFor(name string, w io.Writer) exporter {
	formats := exportFormats()
	return formats[slices.IndexFunc(formats, func(f exportFormat) bool { return f.name == name })].start(w)
}

// write exports the deliveries. It leaves out those with a URL that nothing can be sent to, such as "javascript:…":
// they were imported, and a program that reads the export may follow the URL.
func (opt *exportOptions) write(selected iter.Seq2[history.Delivery, error], w io.Writer) (written, leftOut int, err error) {
	to := exporterFor(opt.format, w)
	for d, err := range selected {
		if err != nil {
			return written, leftOut, err
		}
		if _, err := signature.ParseURL(d.URL); err != nil {
			leftOut++
			continue
		}
		if err := to.add(&d); err != nil {
			return written, leftOut, err
		}
		written++
	}
	return written, leftOut, to.end()
}

type lineExporter struct{ w io.Writer }

func (e lineExporter) add(d *history.Delivery) error { return history.WriteLine(e.w, d) }
func (e lineExporter) end() error                    { return nil }

type harExporter struct{ har *exchange.HAR }

func (e harExporter) end() error { return e.har.Close() }
func (e harExporter) add(d *history.Delivery) error {
	entry := exchange.Entry{
		URL: d.URL, Started: d.Time, Duration: d.Duration, Request: d.Request, Response: d.Response, Comment: title(d),
	}
	if d.Error != "" {
		entry.Error = d.Error + ": " + d.Reason
	}
	if public := console.SignedFor(d); public != "" {
		entry.Comment += ", signed for " + public
	}
	return e.har.Add(entry)
}

type curlExporter struct{ script *exchange.Script }

func (e curlExporter) end() error { return e.script.Close() }
func (e curlExporter) add(d *history.Delivery) error {
	url, err := settings.ParseTarget(d.URL)
	if err != nil {
		return fmt.Errorf("delivery %d cannot become a curl command: %w", d.ID, err)
	}
	at := url.Scheme + "://" + url.Host + d.Request.Target
	return e.script.Add(d.Request, exchange.CurlOptions{URL: at}, title(d))
}

type scenarioExporter struct{ recorder *format.Recorder }

func (e scenarioExporter) add(d *history.Delivery) error { return e.recorder.Add(d.Request.Body) }
func (e scenarioExporter) end() error                    { return nil }

// title names a delivery: "#42 lead:updated v2".
func title(d *history.Delivery) string {
	if d.Event == "" {
		return console.Number(d.ID)
	}
	return fmt.Sprintf("%s %s v%d", console.Number(d.ID), d.Event, d.Version)
}
