package format

import (
	"strings"
	"time"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/fixtures/yamlfile"
)

// Step is one step: exactly one action, the faults that it injects, and the expected response. The fields of the other
// actions are nil. A field with the tag sends is an action that sends to the webhook, one with the tag fault a change of its
// deliveries.
type Step struct {
	yamlfile.Place
	// Action is the key of the step's action, such as "start".
	Action string
	// Invalid reports whether the step has a problem.
	Invalid bool

	sends  bool       // the action sends to the webhook
	faults []keyPlace // the faults and other changes of its deliveries that the file has

	Name Text `yaml:"name" doc:"The name of the step in reports."`
	ID   Text `yaml:"id" doc:"The id of the step for a later resend, unique in the scenario."`
	Lead Text `yaml:"lead" doc:"The name of the lead. A start sets it, other steps refer to it. Default: the active lead that was started last."`

	Start    *Start                 `yaml:"start" one:"action" sends:"yes" doc:"A visitor starts a conversation: send created."`
	Answer   *Answer                `yaml:"answer" one:"action" sends:"yes" doc:"The visitor answers a number of questions, all that are left, or the given fields: send an updated for each."`
	Complete *noValue               `yaml:"complete" one:"action" sends:"yes" doc:"The conversation ends: send completed. It takes no value."`
	Abandon  *noValue               `yaml:"abandon" one:"action" doc:"The visitor leaves: send nothing more. It takes no value."`
	Send     *Send                  `yaml:"send" one:"action" sends:"yes" doc:"Send an event or a body of your own."`
	Resend   *Text                  `yaml:"resend" one:"action" sends:"yes" doc:"Send the deliveries of the earlier step with this id again."`
	Wait     *Scalar[time.Duration] `yaml:"wait" one:"action" form:"duration" doc:"Wait for this time, such as 500ms."`
	Repeat   *Repeat                `yaml:"repeat" one:"action" doc:"Run steps several times."`
	Parallel []*Branch              `yaml:"parallel" one:"action" doc:"Run branches in parallel."`
	ForEach  *ForEach               `yaml:"for_each" one:"action" doc:"Run steps for each of several leads."`
	Probe    *Probe                 `yaml:"probe" one:"action" doc:"Ask your own system whether the lead has arrived."`

	At      Text           `yaml:"at" form:"time" doc:"The time in the payload, for this and the later events of the lead, such as 2026-01-31T09:00:00Z."`
	Headers Map[Text]      `yaml:"headers" fault:"yes" doc:"Headers of the deliveries by name. They replace the usual ones; an empty value removes one."`
	Method  Scalar[string] `yaml:"method" form:"method" fault:"yes" doc:"The method of the deliveries. Default: POST."`

	// Fault injection: faults of the network or of ArtiBot.
	Duplicate  Scalar[int]            `yaml:"duplicate" form:"copies" fault:"yes" doc:"Send each delivery this many times, at least 2."`
	OutOfOrder Scalar[bool]           `yaml:"out_of_order" form:"flag" fault:"yes" doc:"Send the deliveries of the step in another order."`
	Drop       Scalar[bool]           `yaml:"drop" form:"flag" fault:"yes" doc:"Do not send the delivery. The version of the lead still increases."`
	Delay      Scalar[time.Duration]  `yaml:"delay" form:"duration" fault:"yes" doc:"Delay the delivery, such as by 2s."`
	Tamper     Scalar[emitter.Tamper] `yaml:"tamper" form:"tamper" fault:"yes" doc:"Change the body, the signature or the url after signing."`
	Unsigned   Scalar[bool]           `yaml:"unsigned" form:"flag" fault:"yes" doc:"Send no signature."`
	Stale      Scalar[int]            `yaml:"stale" form:"count" fault:"yes" doc:"Send this old version of the lead again, instead of the new event."`
	SlowBody   Scalar[time.Duration]  `yaml:"slow_body" form:"duration" fault:"yes" doc:"Send the body slowly, over this time."`
	CutBody    Scalar[int]            `yaml:"cut_body" form:"bytes" fault:"yes" doc:"Close the connection after this many bytes of the body."`

	OnlyIf  Map[Matcher] `yaml:"only_if" doc:"Skip the step unless these variables match, by name, each with a matcher."`
	Retry   Scalar[int]  `yaml:"retry" form:"count" doc:"Repeat the step up to this many times until the expectation holds."`
	Expect  *Expect      `yaml:"expect" doc:"The expected response. Default: any 2xx."`
	Capture Map[Capture] `yaml:"capture" doc:"Variables for later steps, by name, with the parts of the response that they get."`
}

// Start begins a conversation.
type Start struct {
	yamlfile.Place
	Bot     Text      `yaml:"bot" form:"bot" doc:"The bot of this lead, instead of the default bot: the name of a ready bot or the file of a bot."`
	Answers Map[Text] `yaml:"answers" doc:"The answers of the visitor, by field. Other answers are generated."`
	Visitor *Visitor  `yaml:"visitor" doc:"Properties of the visitor. Others are generated."`
}

// Visitor holds the properties of a visitor that are not generated: parts of the payload's meta, and an earlier lead of the
// same person.
type Visitor struct {
	yamlfile.Place
	Returns  Text   `yaml:"returns" doc:"The name of an earlier lead of the same person, with the same contact_id."`
	Page     Text   `yaml:"chat_start_page" doc:"The page where the conversation starts."`
	Address  Text   `yaml:"ip_address" doc:"The IPv4 or IPv6 address of the visitor."`
	Location *Value `yaml:"location" doc:"The location of the address, with the keys of the payload; state and city may be null."`
	Browser  *Value `yaml:"browser" doc:"The browser of the visitor: user_agent, name, version, is_mobile."`
}

// Send is a single delivery, outside of a conversation or in the middle of one.
type Send struct {
	yamlfile.Place
	Action *Scalar[payload.Action] `yaml:"action" one:"body" form:"action" doc:"Generate an event: created, updated or completed."`
	Body   *Text                   `yaml:"body" one:"body" doc:"Send exactly this text."`
	Base64 *Scalar[[]byte]         `yaml:"base64" one:"body" form:"base64" doc:"Send exactly these bytes, in base64."`
	File   *Text                   `yaml:"file" one:"body" doc:"Send exactly the bytes of this file, relative to the folder of the scenario."`
	Set    Map[Value]              `yaml:"set" doc:"Changes to the generated body, by path, such as lead.status: 1."`
}

// Repeat runs Steps Times times.
type Repeat struct {
	yamlfile.Place
	Times Scalar[int] `yaml:"times" form:"count" need:"yes" doc:"The number of repetitions, at least 1."`
	Steps []*Step     `yaml:"steps" need:"yes" doc:"The steps to repeat."`
}

// Branch is a list of steps that runs in parallel with other branches.
type Branch struct {
	yamlfile.Place
	Steps []*Step `yaml:"steps" need:"yes" doc:"The steps of this branch, in order."`
}

// ForEach runs Steps once for each of Leads leads.
type ForEach struct {
	yamlfile.Place
	Leads   Scalar[int] `yaml:"leads" form:"count" need:"yes" doc:"The number of leads, at least 1."`
	AtATime Scalar[int] `yaml:"at_a_time" form:"count" doc:"The number of leads in parallel. Default: 1."`
	Steps   []*Step     `yaml:"steps" need:"yes" doc:"The steps of each lead."`
}

// Probe asks the user's own system. It repeats the request or command until the expectation holds or the time For is over.
type Probe struct {
	yamlfile.Place
	Get     *Text                 `yaml:"get" one:"probe" doc:"The URL of an HTTP request. Its method is GET, or POST with json or form."`
	Run     *Text                 `yaml:"run" one:"probe" doc:"A shell command. Its output is the body, and its environment has the variables."`
	Method  Scalar[string]        `yaml:"method" form:"method" doc:"The method of the request."`
	Headers Map[Text]             `yaml:"headers" doc:"Headers of the request, by name."`
	Auth    *Auth                 `yaml:"auth" doc:"The credentials of the request."`
	JSON    *Value                `yaml:"json" doc:"The body of the request, as JSON."`
	Form    Map[Text]             `yaml:"form" doc:"The fields of the request's body, as an HTML form sends them."`
	Stdin   *Text                 `yaml:"stdin" doc:"The input of the command."`
	For     Scalar[time.Duration] `yaml:"for" form:"duration" doc:"How long to repeat the probe until the expectation holds. Default: do not repeat it."`
	Every   Scalar[time.Duration] `yaml:"every" form:"duration" doc:"The time between two attempts."`
}

// Auth holds the credentials of a probe. Exactly one field is not nil.
type Auth struct {
	yamlfile.Place
	Basic  *Text `yaml:"basic" one:"auth" doc:"A name and a password, as name:password."`
	Bearer *Text `yaml:"bearer" one:"auth" doc:"A token."`
}

func (s *Step) markInvalid() { s.Invalid = true }

// noteKey records the action and the faults of the step.
func (s *Step) noteKey(f field, at yamlfile.Place) {
	switch {
	case f.group == "action":
		s.Action, s.sends = f.key, f.sends
	case f.fault:
		s.faults = append(s.faults, keyPlace{f.key, at})
	}
}

// Inner returns the steps inside the step, branch by branch.
func (s *Step) Inner() []*Step {
	var inner []*Step
	switch {
	case s.Repeat != nil:
		inner = s.Repeat.Steps
	case s.ForEach != nil:
		inner = s.ForEach.Steps
	}
	for _, b := range s.Parallel {
		inner = append(inner, b.Steps...)
	}
	return inner
}

func (s *Step) check(diags *yamlfile.Diagnostics) {
	action := s.Action
	if action == "resend" && s.Lead.Given() {
		diags.Add(s.Lead.Place, "", "lead cannot be used with resend, which has the lead of the earlier step")
	}
	s.checkAt(diags)
	if action == "" || s.sends {
		checkNames(s.Capture, "variable", diags)
		s.checkFaultInjection(diags)
		if s.Expect != nil {
			reject([]keyPlace{{"exit", placeOf(s.Expect.Exit)}}, "a delivery, which is not a command", diags)
		}
		return
	}
	reject(s.faults, action+", which sends nothing", diags)
	if action == "probe" {
		checkNames(s.Capture, "variable", diags)
		s.checkProbe(diags)
		return
	}
	if s.Expect != nil {
		diags.Add(s.Expect.Place, "", "expect cannot be used with %s, which has no response", action)
	}
	if s.Retry.Given() {
		diags.Add(s.Retry.Place, "", "retry cannot be used with %s, which has no response", action)
	}
	if len(s.Capture) > 0 {
		diags.Add(s.Capture[0].Place, "", "capture cannot be used with %s, which has no response", action)
	}
	if s.Lead.Given() && action != "abandon" {
		diags.Add(s.Lead.Place, "", "lead cannot be used with %s, which has no lead", action)
	}
}

// checkFaultInjection reports the faults that cannot be injected into the deliveries of the step.
func (s *Step) checkFaultInjection(diags *yamlfile.Diagnostics) {
	if s.OutOfOrder.Value && (s.Answer == nil || !s.Answer.All && s.Answer.Next.Value < 2 && len(s.Answer.Fields) < 2) && s.Resend == nil {
		diags.Add(s.OutOfOrder.Place, "", "out_of_order needs a step with several deliveries, such as answer: 2")
	}
	if s.Stale.Given() && s.Answer == nil && s.Complete == nil {
		diags.Add(s.Stale.Place, "", "stale cannot be used with %s; it replaces an answer or complete", s.Action)
	}
	if s.Tamper.Given() && s.Unsigned.Value {
		diags.Add(s.Tamper.Place, "", "tamper cannot be used with unsigned; use one of them")
	}
	s.checkNoResponse(diags)
}

// checkNoResponse reports expectations and captures that need a response if there is none.
func (s *Step) checkNoResponse(diags *yamlfile.Diagnostics) {
	var why string
	switch {
	case s.Drop.Value:
		why = "drop, which has no response"
	case s.CutBody.Given():
		why = "cut_body, which has no response"
	case s.Expect != nil && s.Expect.Error.Given():
		why = "error; a delivery that fails has no response"
	default:
		return
	}
	if e := s.Expect; e != nil && s.Drop.Value {
		diags.Add(e.Place, "", "expect cannot be used with %s", why)
	} else if e != nil && s.CutBody.Given() {
		reject([]keyPlace{{"headers", placeOf(e.Headers)}, {"body", placeOf(e.Body)}}, why, diags)
	}
	if len(s.Capture) > 0 {
		diags.Add(s.Capture[0].Place, "", "capture cannot be used with %s", why)
	}
}

// checkAt reports a time of a step whose event cannot have one.
func (s *Step) checkAt(diags *yamlfile.Diagnostics) {
	switch {
	case !s.At.Given() || s.Start != nil || s.Answer != nil || s.Send != nil && s.Send.Action != nil:
	case s.Complete != nil:
		diags.Add(s.At.Place, "", "at cannot be used with complete, whose time follows that of the last update")
	default:
		diags.Add(s.At.Place, "", "at cannot be used with %s, which generates no event", s.Action)
	}
}

// checkProbe reports keys of a probe that cannot be used together, and expectations and captures that it cannot have.
func (s *Step) checkProbe(diags *yamlfile.Diagnostics) {
	p := s.Probe
	if p.Every.Given() && !p.For.Given() && !s.Retry.Given() {
		diags.Add(p.Every.Place, "", "every needs the key for; set it to the time to repeat the probe, such as for: 10s")
	}
	if p.JSON != nil && len(p.Form) > 0 {
		diags.Add(p.JSON.Place, "", "json cannot be used with form; use one of them")
	}
	if p.Run == nil {
		if p.Stdin != nil {
			diags.Add(p.Stdin.Place, "", "stdin cannot be used with get, which is not a command")
		}
		if s.Expect != nil {
			reject([]keyPlace{{"exit", placeOf(s.Expect.Exit)}}, "get, which is not a command", diags)
		}
		return
	}
	keys := []keyPlace{{"method", p.Method.Place}, {"headers", placeOf(p.Headers)}, {"form", placeOf(p.Form)}}
	if p.JSON != nil {
		keys = append(keys, keyPlace{"json", p.JSON.Place})
	}
	if p.Auth != nil {
		keys = append(keys, keyPlace{"auth", p.Auth.Place})
	}
	reject(keys, "run, which sends no request", diags)
	if e := s.Expect; e != nil {
		reject([]keyPlace{{"status", placeOf(e.Status)}, {"headers", placeOf(e.Headers)}, {"error", e.Error.Place}},
			"a command, which has only an exit code and a body", diags)
	}
	for _, c := range s.Capture {
		if c.Value.Header != nil {
			diags.Add(c.Value.Header.Place, "", "header cannot be used with a command, whose output has none")
		}
	}
}

// keyPlace is a key of a step with the place of its value.
type keyPlace struct {
	key string
	at  yamlfile.Place
}

// reject adds a problem for each of the keys that the file has. other is what they cannot be used with.
func reject(keys []keyPlace, other string, diags *yamlfile.Diagnostics) {
	for _, k := range keys {
		if k.at.Given() {
			diags.Add(k.at, "", "%s cannot be used with %s", k.key, other)
		}
	}
}

// placeOf returns the place of the first entry.
func placeOf[T interface{ At() yamlfile.Place }](list []T) yamlfile.Place {
	if len(list) == 0 {
		return yamlfile.Place{}
	}
	return list[0].At()
}

// checkNames reports names that cannot be used as ${name}.
func checkNames[T any](m Map[T], what string, diags *yamlfile.Diagnostics) {
	for _, e := range m {
		if !IsName(e.Key) {
			diags.Add(e.Place, "", "the %s name %.60q is not valid; use only letters, digits and _", what, e.Key)
		}
	}
}

// IsName reports whether a text is the name of a variable.
func IsName(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !isNameRune(r) })
}

func isNameRune(r rune) bool {
	return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}
