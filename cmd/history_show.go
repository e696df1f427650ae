package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/history"
	"artihook/emitter/signature"
	"artihook/emitter/text"
)

type showOptions struct {
	history settings.HistoryFlags
	raw     bool
	body    string // request or response; "" prints both messages
	as      string // a showForm; "" is text or JSON
}

// showForm is one value of --as.
type showForm struct {
	name  string
	write func(io.Writer, *history.Delivery) error
}

func showForms() []showForm {
	exported := func(name string) showForm {
		return showForm{name, func(w io.Writer, d *history.Delivery) error {
			to := exporterFor(name, w)
			return errors.Join(to.add(d), to.end())
		}}
	}
	return []showForm{exported("curl"), exported("har"), {"http", func(w io.Writer, d *history.Delivery) error {
		_, err := w.Write(d.RawRequest)
		return err
	}}}
}

func newHistoryShowCmd(a *app) *cobra.Command {
	opt := &showOptions{}
	cmd := &cobra.Command{
		Use:   "show N|last",
		Short: "Print one delivery with its request and response",
		Long: `Show prints a delivery with its request and response. On a terminal, JSON bodies are indented; --raw prints them as they were
sent. --body prints one body and nothing else. --as prints a shell script with a curl command, an HTTP archive, or the bytes of
the HTTP request.`,
		Example: `  artihook history show last
  artihook history show 42 --body request > event.json
  artihook history show 42 --as curl > again.sh
  artihook history show 42 -o json`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runHistoryShow(cmd.Context(), a, opt, args[0]) },
	}
	opt.history.AddPath(cmd)
	var forms []string
	for _, f := range showForms() {
		forms = append(forms, f.name)
	}
	flags := cmd.Flags()
	flags.BoolVar(&opt.raw, "raw", false, "Print bodies as they were sent, also on a terminal")
	settings.AddFlag(flags, &opt.body, settings.FlagSpec[string]{Name: "body", Words: settings.Texts("request", "response"), Usage: "Print only this body"})
	settings.AddFlag(flags, &opt.as, settings.FlagSpec[string]{Name: "as", Words: settings.Texts(forms...), Usage: "Print the delivery in this form"})
	settings.MarkFilters(flags, "raw", "body", "as")
	return cmd
}

func runHistoryShow(ctx context.Context, a *app, opt *showOptions, which string) error {
	switch {
	case opt.body != "" && opt.as != "":
		return console.Usagef("give --body or --as, not both")
	case a.printer.JSON() && opt.body+opt.as != "":
		return console.Usagef("give -o json or --body or --as, not two of them")
	}
	store, err := opt.history.OpenToRead(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	d, err := settings.Delivery(ctx, store, which)
	if err != nil {
		return console.Usage(err)
	}
	a.printer.Pretty = a.system.StdoutTerminal && !opt.raw
	switch {
	case opt.body != "":
		return printBody(a, opt.body, &d)
	case opt.as != "":
		return printForm(a, opt.as, &d)
	}
	return printWhole(a, &d)
}

// printForm prints a delivery in a form of other programs. Like export, it does not print a URL that nothing can be sent to.
func printForm(a *app, name string, d *history.Delivery) error {
	if _, err := signature.ParseURL(d.URL); err != nil {
		return console.Usagef("delivery %d was imported with a URL that nothing can be sent to: %w", d.ID, err)
	}
	forms := showForms()
	form := forms[slices.IndexFunc(forms, func(f showForm) bool { return f.name == name })]
	return a.printer.Verbatim(func(w io.Writer) error { return form.write(w, d) })
}

// printBody prints the body of the request or of the response: byte for byte, unless it goes to a terminal.
func printBody(a *app, which string, d *history.Delivery) error {
	body := d.Request.Body
	if which == "response" {
		if d.Response == nil {
			return console.Failedf("delivery %d has no response: %s", d.ID, d.Reason)
		}
		if body = d.Response.Body; d.Response.Truncated {
			a.printer.Notef("the receiver sent more; %d bytes of the body are recorded", len(body))
		}
	}
	if a.printer.Pretty {
		return a.printer.Body(body)
	}
	return a.printer.Verbatim(func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
}

// printWhole prints the line of a delivery, its other fields, the request and the response.
func printWhole(a *app, d *history.Delivery) error {
	if a.printer.JSON() {
		return a.printer.WriteJSON(d)
	}
	var b strings.Builder
	fmt.Fprintln(&b, a.printer.Line(d))
	for _, row := range [][2]string{
		{"webhook", d.Webhook},
		{"lead", d.Lead},
		{"signed for", console.SignedFor(d)},
		{"scheme", d.Scheme},
		{"edition", d.Edition},
		{"bot", d.Bot},
		{"scenario", d.Scenario},
		{"step", d.Step},
		{"resend of", console.Number(d.ResendOf)},
		{"source", d.Source},
		{"tampered", d.Tampered},
		{"proxy", d.Proxy},
		{"reason", d.Reason},
	} {
		if row[1] != "" {
			fmt.Fprintf(&b, "%-10s  %s\n", row[0], text.Printable(row[1]))
		}
	}
	if _, err := fmt.Fprintln(a.printer.Out, b.String()); err != nil {
		return err
	}
	return a.printer.Exchange(d)
}
