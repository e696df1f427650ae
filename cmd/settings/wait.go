package settings

import (
	"context"
	"fmt"
	"time"

	"artihook/emitter"

	"github.com/spf13/cobra"
)

// defaultWaitTimeout is how long a command waits for --wait-for.
const defaultWaitTimeout = 30 * time.Second

// WaitFlags set the URL that must respond before a command sends.
type WaitFlags struct {
	url     string // "" means no wait
	timeout time.Duration
}

// Add adds the flags.
func (f *WaitFlags) Add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.url, "wait-for", "", "Wait until anything responds at this `URL`")
	AddFlag(flags, &f.timeout, FlagSpec[time.Duration]{
		Name: "wait-timeout", Kind: "duration", Preset: defaultWaitTimeout.String(), Parse: ParseTimeout, Usage: "Stop waiting for --wait-for after this time",
	})
	MarkRunOnly(flags, "wait-for", "wait-timeout")
}

// URL returns the URL of --wait-for, or "" if there is none or Start rejects it.
func (f *WaitFlags) URL() string {
	url, err := ParseTarget(f.url)
	if f.url == "" || err != nil {
		return ""
	}
	return url.String()
}

// Start returns a function that waits until anything responds at the URL of --wait-for, with the connection settings of client.
// The error of Start is one of the flags, the error of the function is that of ctx or that nothing responded in time.
func (f *WaitFlags) Start(set *Settings, client *ClientFlags) (wait func(context.Context) error, err error) {
	if f.url == "" {
		return func(context.Context) error { return nil }, nil
	}
	url, err := ParseTarget(f.url)
	if err != nil {
		return nil, fmt.Errorf("--wait-for: %w", err)
	}
	http, err := client.HTTPClient(set)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error { return emitter.Await(ctx, http, url.String(), f.timeout) }, nil
}
