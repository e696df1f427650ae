package settings

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"time"

	"artihook/emitter"
	"artihook/scenarios/check"
	"artihook/scenarios/probe"

	"github.com/spf13/pflag"
)

// ExaminationFlags are the flags of the commands that examine a receiver: check and fuzz.
type ExaminationFlags struct {
	Settle time.Duration // 0 is the default of the command
	Yes    bool          // the receiver may be anywhere

	seed          *uint64
	now           *time.Time
	probe, ignore string
}

// Add adds the flags. defaultSettle is the default of --settle.
func (f *ExaminationFlags) Add(flags *pflag.FlagSet, defaultSettle time.Duration) {
	AddFlag(flags, &f.seed, FlagSpec[*uint64]{Name: "seed", Kind: "N", Parse: ParseSeed, Usage: "Generate the leads from this seed (default random, so that the leads are new)"})
	AddFlag(flags, &f.now, FlagSpec[*time.Time]{Name: "now", Kind: "time", Parse: ParseNow, Usage: "Use this time in the events, in RFC 3339 form (default the current time)"})
	flags.StringVar(&f.probe, "probe", "", "Read the stored lead from your system with this `COMMAND`, or from a URL with {lead}")
	flags.StringVar(&f.ignore, "probe-ignore", "", "Ignore texts that match this regular `expression` when two outputs of the probe are compared. Times are always ignored")
	AddFlag(flags, &f.Settle, FlagSpec[time.Duration]{
		Name: "settle", Kind: "duration", Parse: ParseTimeout,
		Usage: "Wait this long for the probe to show an accepted event (default " + defaultSettle.String() + ", and less if earlier events were stored sooner)",
	})
	flags.BoolVar(&f.Yes, "yes", false, "Also send to a receiver outside this machine and private networks")
}

// Seed returns the seed, or a random one without --seed.
func (f *ExaminationFlags) Seed() uint64 {
	if f.seed != nil {
		return *f.seed
	}
	return uint64(rand.Uint32()) + 1
}

// Clock returns the time of --now, or clock without it.
func (f *ExaminationFlags) Clock(clock func() time.Time) func() time.Time {
	if f.now == nil {
		return clock
	}
	return func() time.Time { return *f.now }
}

// ProbeIgnore returns the expression of --probe-ignore, or nil without it.
func (f *ExaminationFlags) ProbeIgnore() (*regexp.Regexp, error) {
	if f.ignore == "" {
		return nil, nil
	}
	ignore, err := regexp.Compile(f.ignore)
	if err != nil {
		return nil, fmt.Errorf("--probe-ignore %q is not a regular expression", f.ignore)
	}
	return ignore, nil
}

// Probe returns the probe of --probe, which trusts the certificates that the deliveries trust. It is nil without --probe.
func (f *ExaminationFlags) Probe(set *Settings, client *ClientFlags, w *emitter.Webhook) (check.LeadProbe, error) {
	http, err := client.HTTPClient(set)
	if err != nil {
		return nil, err
	}
	return check.ParseProbe(f.probe, &probe.Runner{Client: http, Timeout: client.Timeout, Mask: w.Secret.Redact})
}
