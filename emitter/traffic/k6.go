package traffic

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/emitter/text"
)

// The names of the files of an export.
const (
	K6Script = "load.js"
	K6Data   = "conversations.json"
)

// k6Conversations is how many conversations an export has. The script uses each of them for many leads.
const k6Conversations = 200

//go:embed k6.js
var k6Template string

// K6 is a load for k6: a script without extensions, and its data. Neither has the secret.
type K6 struct{ Script, Data []byte }

// K6Options are the settings of an export besides those of the load.
type K6Options struct {
	Thresholds []Threshold
	Timeout    time.Duration // of one request
	Insecure   bool          // accept any TLS certificate
	ClientCert bool          // send the client certificate of the files that the variables ARTIHOOK_CERT and ARTIHOOK_KEY name
}

// ExportK6 returns the load as a script for k6. The events are generated now, with placeholders for ids and times, which the
// script fills in: every iteration is a new lead, on any number of machines.
func ExportK6(opt LoadOptions, k6 K6Options) (K6, error) {
	opt = opt.withDefaults()
	conversations, events, err := k6Pool(&opt)
	if err != nil {
		return K6{}, err
	}
	thresholds, err := k6Thresholds(k6.Thresholds)
	if err != nil {
		return K6{}, err
	}
	data, err := k6JSON(conversations, "")
	if err != nil {
		return K6{}, err
	}
	settings := k6Options(&opt, float64(events)/float64(len(conversations)))
	settings["thresholds"], settings["insecureSkipTLSVerify"] = thresholds, k6.Insecure
	script, err := k6RenderScript(&opt, settings, &k6)
	if err != nil {
		return K6{}, err
	}
	for _, file := range [][]byte{script, data} {
		if !bytes.Equal(opt.Webhook.Secret.Redact(file), file) {
			return K6{}, errors.New("the secret is in the URL, a header or an answer, and would be written into the files; remove it there")
		}
	}
	return K6{Script: script, Data: data}, nil
}

func k6RenderScript(opt *LoadOptions, settings map[string]any, k6 *K6Options) ([]byte, error) {
	planned := emitter.Plan(opt.Webhook, emitter.Message{Body: []byte("{}")})
	headers, signs := map[string]string{"Host": planned.Request.Host}, false
	for _, h := range planned.Request.Headers {
		if own := slices.Contains(opt.Webhook.Headers, h); h.Name == signature.Header && !own {
			signs = true
		} else {
			headers[h.Name] = h.Value
		}
	}
	post := opt.Webhook.URL
	post.Target = planned.Request.Target
	values := map[string]any{
		"Options": settings, "URL": post.String(), "Signed": planned.SignURL, "Scheme": opt.Webhook.Scheme.String(),
		"Headers": headers, "Signs": signs, "Header": signature.Header, "Data": "./" + K6Data, "Timeout": k6Duration(k6.Timeout),
		"ClientCert": k6.ClientCert,
	}
	page, err := template.New(K6Script).Funcs(template.FuncMap{"json": func(v any) (string, error) {
		text, err := k6JSON(v, "  ")
		return strings.TrimSpace(string(text)), err
	}}).Parse(k6Template)
	if err != nil {
		return nil, err
	}
	var script bytes.Buffer
	err = page.Execute(&script, values)
	return script.Bytes(), err
}

func k6JSON(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // only k6 reads the files
	enc.SetIndent("", indent)
	err := enc.Encode(v)
	return b.Bytes(), err
}

// k6Options returns rate, ramp, duration and the number of leads as a scenario of k6. One iteration is one conversation, so
// the rate of events is divided by the events of an average conversation.
func k6Options(opt *LoadOptions, events float64) map[string]any {
	s := map[string]any{}
	duration := opt.Duration
	switch {
	case opt.Rate > 0:
		const unit = 1000 * time.Second // k6 accepts only whole numbers
		target := max(1, int(float64(opt.Rate)*unit.Seconds()/events+0.5))
		if opt.Leads > 0 {
			whole := seconds(float64(opt.Leads)/float64(target)*unit.Seconds()) + opt.Ramp/2
			if duration == 0 || whole < duration {
				duration = whole
			}
		}
		s["executor"], s["timeUnit"], s["preAllocatedVUs"], s["maxVUs"] = "constant-arrival-rate", k6Duration(unit), min(opt.Concurrency, DefaultConnections), opt.Concurrency
		if opt.Ramp > 0 {
			s["executor"], s["startRate"], s["stages"] = "ramping-arrival-rate", 0, k6Stages(target, opt.Ramp, duration)
		} else {
			s["rate"], s["duration"] = target, k6Duration(duration)
		}
	case opt.Leads > 0:
		s["executor"], s["vus"], s["iterations"] = "shared-iterations", min(opt.Concurrency, opt.Leads), opt.Leads
		if duration > 0 {
			s["maxDuration"] = k6Duration(duration)
		} else {
			s["maxDuration"] = "24h"
		}
	case opt.Ramp > 0:
		s["executor"], s["startVUs"], s["stages"] = "ramping-vus", 0, k6Stages(opt.Concurrency, opt.Ramp, duration)
	default:
		s["executor"], s["vus"], s["duration"] = "constant-vus", opt.Concurrency, k6Duration(duration)
	}
	return map[string]any{"scenarios": map[string]any{"leads": s}}
}

func k6Stages(target int, ramp, duration time.Duration) []map[string]any {
	stages := []map[string]any{{"target": target, "duration": k6Duration(min(ramp, max(duration, time.Millisecond)))}}
	if duration > ramp {
		stages = append(stages, map[string]any{"target": target, "duration": k6Duration(duration - ramp)})
	}
	return stages
}

// k6Duration returns a duration in milliseconds, the precision of k6, and at least one.
func k6Duration(d time.Duration) string {
	return strconv.FormatInt(max(1, d.Milliseconds()), 10) + "ms"
}

// k6Thresholds returns the conditions as those of k6. Its http_req_duration is the latency of a closed load.
func k6Thresholds(list []Threshold) (map[string][]string, error) {
	conditions := map[string][]string{}
	for _, t := range list {
		metric, value, limit := "http_req_duration", "", t.Limit*1000
		switch {
		case t.percentile() > 0:
			value = fmt.Sprintf("p(%v)", t.percentile())
		case t.Metric == "mean":
			value = "avg"
		case t.Metric == "min", t.Metric == "max":
			value = t.Metric
		case t.Metric == metricErrors && t.isShare():
			metric, value, limit = "http_req_failed", "rate", t.Limit
		case t.Metric == metricErrors:
			metric, value, limit = "artihook_errors", "count", t.Limit
		case t.Metric == metricRate:
			metric, value, limit = "http_reqs", "rate", t.Limit
		case t.Metric == metricRequests:
			metric, value, limit = "http_reqs", "count", t.Limit
		default:
			return nil, fmt.Errorf("k6 has no threshold like %q; leave it out", t.Text)
		}
		conditions[metric] = append(conditions[metric], value+t.Sign+text.Decimal(limit))
	}
	return conditions, nil
}

// k6Pool returns the conversations and the number of their events.
func k6Pool(opt *LoadOptions) (conversations [][]k6Event, events int, err error) {
	source := opt.Source()
	now := opt.Now().UTC().Truncate(time.Second) // a whole number of ticks
	for n := range uint64(k6Conversations) {
		// Generated for two times, a conversation shows which of its dates depend on the clock.
		later := k6Play(opt.Webhook, source(n, now.AddDate(0, 0, 40)))
		played := k6Play(opt.Webhook, source(n, now))
		var conversation []k6Event
		for i := range played.events {
			splitter := k6Splitter{now: now, answered: played.answered, later: later.events[i].Lead.Data, placeholders: map[string][]any{}}
			event, err := splitter.split(&played.events[i])
			if err != nil {
				return nil, 0, err
			}
			conversation = append(conversation, event)
		}
		if len(conversation) > 0 {
			conversations = append(conversations, conversation)
			events += len(conversation)
		}
	}
	if events == 0 {
		return nil, 0, errors.New("no conversation has an event that the webhook receives")
	}
	return conversations, events, nil
}

// k6Conversation has the events of a conversation that the webhook wants, and when each question was answered.
type k6Conversation struct {
	events   []payload.Event
	answered map[string]payload.DateTime
}

func k6Play(w *emitter.Webhook, c Conversation) k6Conversation {
	played := k6Conversation{answered: map[string]payload.DateTime{}}
	for e := c.Next(); e != nil; e = c.Next() {
		if e.Action != payload.Completed {
			played.answered[e.Meta.LastAnswered] = e.Lead.Modified
		}
		if w.Wants(e.Action) {
			event := e.In(w.Edition)
			event.Lead.Data = slices.Clone(event.Lead.Data) // the next event reuses it
			played.events = append(played.events, event)
		}
	}
	return played
}
