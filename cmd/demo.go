package cmd

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/emitter/text"
	"artihook/emitter/traffic"
	"artihook/fixtures"

	"github.com/spf13/cobra"
	"github.com/tidwall/gjson"
)

// demoSecret is the secret that the sender and the receiver of the demo share.
const demoSecret = "demo-secret"

func newDemoCmd(a *app) *cobra.Command {
	opt := &settings.HistoryFlags{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run a demonstration: a receiver, a conversation, its deliveries",
		Long: `Demo starts a verifying receiver on a free loopback port and plays a short conversation to it. It prints the
deliveries and, of the first one, the request, the text that was signed, and the response.`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), a, opt) },
	}
	opt.Add(cmd)
	return cmd
}

func runDemo(ctx context.Context, a *app, flags *settings.HistoryFlags) error {
	secret := signature.NewSecret(demoSecret)
	url, stop, err := startReceiver(receiver.New(receiver.Options{Secret: secret}))
	if err != nil {
		return err
	}
	defer stop()
	store, err := flags.Open(ctx)
	if err != nil {
		return err
	}
	sender, done := settings.NewSender(store, history.SourcePlay, emitter.Options{Now: a.system.Now})
	a.printer.Notef("A visitor answers %d questions. An event is sent after each, and at the end:", demoQuestions)
	first, tally, err := playDemo(ctx, a, emitter.Webhook{URL: url, Secret: secret}, sender)
	if err := settings.Ended(err, done()); err != nil {
		return err
	}
	if !a.printer.JSON() && first.Response != nil {
		if _, err := fmt.Fprint(a.printer.Out, demoDelivery(&first)); err != nil {
			return err
		}
	}
	a.printer.Notef("\n%s", demoNext(a, flags))
	if tally.Failed > 0 {
		return console.ErrFailed
	}
	return nil
}

// demoQuestions is how many questions of the default bot the visitor answers, so that the output is short.
const demoQuestions = 2

// playDemo plays one conversation and returns its first delivery.
func playDemo(ctx context.Context, a *app, w emitter.Webhook, sender *emitter.Emitter) (first history.Delivery, tally traffic.Tally, err error) {
	recipe, err := new(settings.ConversationFlags).Recipe(a.settings, fixtures.DefaultBot, w.Edition)
	if err != nil {
		return first, tally, err
	}
	recipe.Bot.Questions = recipe.Bot.Questions[:demoQuestions]
	source, err := recipe.Source()
	if err != nil {
		return first, tally, err
	}
	show := a.printer.Watch(console.SendContext{})
	tally, err = traffic.Play(ctx, traffic.Options{
		Emitter: sender, Webhooks: []emitter.Webhook{w}, Leads: 1, Bot: fixtures.DefaultBot, Now: a.system.Now, Source: source,
		Each: func(d history.Delivery) error {
			if first.Time.IsZero() {
				first = d
			}
			return show(d)
		},
	})
	return first, tally, err
}

// demoDelivery explains one delivery: its request, how it was signed, and its response.
func demoDelivery(d *history.Delivery) string {
	var b strings.Builder
	b.WriteString("\nThe first request, with its body over several lines:\n")
	head, body, _ := strings.Cut(string(d.Request.AppendRaw(nil)), "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		fmt.Fprintf(&b, "%s\n", cutText(text.Printable(line), demoWidth-1))
	}
	fmt.Fprintf(&b, "\n%s\n", text.VisibleLines(layOut(gjson.Parse(body), 0, 0)))
	signed := d.Request.Method + "&" + d.SignURL + "&"
	fmt.Fprintf(&b, `
x-artibot-signature is the HMAC-SHA1 of METHOD&URL&BODY with the secret
%q, in hex. The body is signed as it was sent, on one line:
%s

The receiver calculated the same value and responded: %s %d %s
`, demoSecret, cutText(signed+body, demoWidth-1), d.Response.Proto, d.Response.Status, d.Response.Reason)
	return b.String()
}

// startReceiver serves the handler on a free loopback port until stop is called.
func startReceiver(handler http.Handler) (url signature.URL, stop func(), err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return url, nil, fmt.Errorf("cannot listen on a loopback port: %w", err)
	}
	server := settings.NewServer(handler)
	go server.Serve(listener) //nolint:errcheck // stop ends it, with no other error
	url, err = signature.ParseURL("http://" + listener.Addr().String() + "/artibot")
	return url, func() { server.Close() }, err
}

func demoNext(a *app, flags *settings.HistoryFlags) string {
	program := "artihook"
	if strings.Contains(a.system.Program, "go-build") {
		program = "go run ."
	}
	first := program + " history show last"
	if flags.Path != "" {
		first += " --history " + flags.Path
	}
	if flags.Off {
		first = program + " send --help"
	}
	return fmt.Sprintf(`Try next:
  %-43s # the last request, as sent
  %-43s # one event to your receiver
  %-43s # what your receiver does wrong`, first, program+" send :3000/hook --secret s3cret", program+" check :3000/hook --secret s3cret")
}
