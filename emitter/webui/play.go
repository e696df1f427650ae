package webui

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/text"
	"artihook/emitter/traffic"
	"artihook/fixtures"
)

const (
	// maxLeads and maxConcurrency bound a play.
	maxLeads, maxConcurrency = 10000, 64
)

// playRequest is conversations to play. Its fields are those of the flags of artihook play.
type playRequest struct {
	target
	All         bool              `json:"all"` // every configured webhook, instead of one
	Bot         string            `json:"bot"`
	Answers     map[string]string `json:"answers"`
	Leads       int               `json:"leads"`       // 0 is 1
	Concurrency int               `json:"concurrency"` // 0 is 1
	Pace        string            `json:"pace"`        // 0, real or a duration; "" is 0
	Events      []string          `json:"events"`
	Abandon     float64           `json:"abandon"`
	Seed        *uint64           `json:"seed"`
	Now         *time.Time        `json:"now"`
}

// playSummary is the summary of a play.
type playSummary struct {
	Leads      int            `json:"leads"`
	Deliveries int            `json:"deliveries"`
	Retries    int            `json:"retries"`
	Accepted   int            `json:"accepted"` // events
	Failed     int            `json:"failed"`   // events
	Failures   map[string]int `json:"failures"`
	DurationMS float64        `json:"duration_ms"`
	Seed       uint64         `json:"seed"`
}

// startPlay starts a job that plays conversations.
func (h *Handler) startPlay(ask *playRequest) (*job, error) {
	plan, seed, err := h.playPlan(ask)
	if err != nil {
		return nil, err
	}
	title := "Play " + text.Counted(plan.Leads, "conversation")
	return h.startJob("play", title, receivers(plan.Webhooks), func(ctx context.Context, j *job) error {
		client := h.opt.Client
		client.Source, client.Connections = history.SourcePlay, plan.Concurrency
		plan.Emitter = emitter.New(client)
		defer plan.Emitter.Close()
		j.update(func(p *jobProgress) { p.total = plan.Leads })
		plan.Each = func(d history.Delivery) error {
			j.update(func(p *jobProgress) { p.addDelivery(d.ID, d.Lead) })
			return nil
		}
		plan.LeadEnded = func() { j.update(func(p *jobProgress) { p.parts++ }) }
		tally, err := traffic.Play(ctx, plan)
		j.update(func(p *jobProgress) {
			p.ok = tally.Failed == 0
			p.summary = playSummary{
				tally.Leads, tally.Deliveries, tally.Retries, tally.OK, tally.Failed, tally.Failures,
				float64(tally.Took.Microseconds()) / 1000, seed,
			}
		})
		return err
	})
}

// receivers returns the webhooks of a job for its title.
func receivers(hooks []emitter.Webhook) string {
	if len(hooks) > 1 {
		return text.Counted(len(hooks), "webhook")
	}
	return hooks[0].URL.String()
}

// playPlan returns the options of a play, without its emitter and callbacks, and the seed.
func (h *Handler) playPlan(ask *playRequest) (plan traffic.Options, seed uint64, err error) {
	plan = traffic.Options{
		Leads: max(ask.Leads, 1), Concurrency: max(ask.Concurrency, 1), Bot: ask.Bot, Now: h.clockOf(ask.Now),
	}
	switch {
	case ask.Leads < 0 || ask.Leads > maxLeads:
		return plan, 0, fmt.Errorf("leads is %d; want 1 to %d", ask.Leads, maxLeads)
	case ask.Concurrency < 0 || ask.Concurrency > maxConcurrency:
		return plan, 0, fmt.Errorf("concurrency is %d; want 1 to %d", ask.Concurrency, maxConcurrency)
	case !(ask.Abandon >= 0 && ask.Abandon <= 1):
		return plan, 0, errors.New("abandon is not a share from 0 to 1")
	}
	if plan.Bot == "" {
		plan.Bot = h.opt.Bot
	}
	if plan.Webhooks, err = h.playWebhooks(ask); err != nil {
		return plan, 0, err
	}
	if plan.Pace, err = parsePace(ask.Pace); err != nil {
		return plan, 0, err
	}
	for _, name := range ask.Events {
		action, err := payload.ParseAction(name)
		if err != nil {
			return plan, 0, err
		}
		plan.Actions = append(plan.Actions, action)
	}
	seed = seedOf(ask.Seed)
	opt := fixtures.Options{
		Seed: seed, Edition: plan.Webhooks[0].Edition, Answers: fixedAnswers(ask.Answers), Abandon: ask.Abandon, RealTime: plan.Pace.Real,
	}
	plan.Source, err = h.source(plan.Bot, opt)
	return plan, seed, err
}

func (h *Handler) playWebhooks(ask *playRequest) ([]emitter.Webhook, error) {
	if !ask.All {
		hook, err := h.resolve(&ask.target)
		return []emitter.Webhook{hook}, err
	}
	if ask.Webhook != "" || ask.URL != "" {
		return nil, errors.New("give a webhook or all, not both")
	}
	if len(h.opt.Webhooks) == 0 {
		return nil, errors.New("no webhook is configured")
	}
	return h.opt.Webhooks, nil
}

func parsePace(s string) (pace traffic.Pace, err error) {
	switch s {
	case "", "0":
	case "real":
		pace.Real = true
	default:
		if pace.Between, err = time.ParseDuration(s); err != nil || pace.Between < 0 {
			return pace, fmt.Errorf("pace is %q; want 0, real or a duration like 500ms", s)
		}
	}
	return pace, nil
}

// source returns a function that returns a source for one worker. All sources generate the same leads.
func (h *Handler) source(bot string, opt fixtures.Options) (func() traffic.Source, error) {
	if _, err := h.generator(bot, opt); err != nil {
		return nil, err
	}
	return func() traffic.Source {
		generator, err := h.generator(bot, opt)
		if err != nil {
			panic("webui: the second generator fails: " + err.Error())
		}
		return func(n uint64, at time.Time) traffic.Conversation { return generator.Conversation(n, at) }
	}, nil
}

// seedOf returns the seed of a request, or a random one that is short enough to type.
func seedOf(given *uint64) uint64 {
	if given != nil {
		return *given
	}
	return uint64(rand.Uint32()) + 1
}

// clockOf returns the clock of the payloads.
func (h *Handler) clockOf(given *time.Time) func() time.Time {
	if given == nil {
		return h.opt.Now
	}
	return func() time.Time { return *given }
}
