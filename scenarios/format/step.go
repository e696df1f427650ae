package format

import (
	"reflect"
	"slices"
	"strings"

	"artihook/fixtures/yamlfile"
)

// Step is one step: an optional name, exactly one action, and what is expected of it. Action says which of the actions
// it is; the others are nil.
type Step struct {
	yamlfile.Place
	// Invalid reports that a part of the step could not be read.
	Invalid bool

	Name Text `yaml:"name" doc:"What the step is called in reports."`
	ID   Text `yaml:"id" doc:"A name by which a later resend means this step; unique in the scenario."`
	Lead Text `yaml:"lead" doc:"The lead's name: a start gives it, other steps mean it. Without it, the lead started last that is under way."`

	Start    *Start    `yaml:"start" one:"action" doc:"A visitor starts a conversation: sends created."`
	Answer   *Answer   `yaml:"answer" one:"action" doc:"The visitor answers a number of questions, all that are left, or given fields: sends an updated for each."`
	Complete *Bare     `yaml:"complete" one:"action" doc:"The conversation ends: sends completed. It takes no value."`
	Abandon  *Bare     `yaml:"abandon" one:"action" doc:"The visitor leaves: nothing more is sent. It takes no value."`
	Send     *Send     `yaml:"send" one:"action" doc:"Sends an event or a body of your own."`
	Resend   *Text     `yaml:"resend" one:"action" doc:"Sends an earlier step's delivery again, by the step's id."`
	Wait     *Duration `yaml:"wait" one:"action" doc:"Waits, as 500ms."`
	Repeat   *Repeat   `yaml:"repeat" one:"action" doc:"Runs steps several times."`
	Parallel []*Branch `yaml:"parallel" one:"action" doc:"Runs branches side by side."`
	ForEach  *ForEach  `yaml:"for_each" one:"action" doc:"Runs steps for each of several leads."`
	Probe    *Probe    `yaml:"probe" one:"action" doc:"Asks your own system whether the lead has arrived."`

	Mishaps
	Expect  *Expect      `yaml:"expect" doc:"What must come back; without it any 2xx."`
	Capture Map[Capture] `yaml:"capture" doc:"Variables by name, taken from the response for later steps."`
}

// Start begins a conversation.
type Start struct {
	yamlfile.Place
	Bot     Bot       `yaml:"bot" doc:"Whose questions are asked, instead of the default bot: a ready bot's name or a bot's file."`
	Answers Map[Text] `yaml:"answers" doc:"What the visitor says when asked, by field name; the rest is made up."`
	Visitor *Visitor  `yaml:"visitor" doc:"Who the visitor is, as far as it is not made up."`
}

// Visitor is what of a made-up visitor is not to be made up: the payload's meta, and whether they were here before.
type Visitor struct {
	yamlfile.Place
	Returns  Text   `yaml:"returns" doc:"An earlier lead's name: the same person comes back, with the same contact_id."`
	Page     Text   `yaml:"chat_start_page" doc:"The page where the conversation starts."`
	Address  Text   `yaml:"ip_address" doc:"Their IPv4 or IPv6 address."`
	Location *Value `yaml:"location" doc:"Where the address leads to; keys as in the payload, state and city may be null."`
	Browser  *Value `yaml:"browser" doc:"Their browser: user_agent, name, version, is_mobile."`
}

// Send is a delivery of its own, outside a conversation or in the middle of one.
type Send struct {
	yamlfile.Place
	Action *EventAction `yaml:"action" one:"body" doc:"Makes up an event: created, updated or completed."`
	Body   *Text        `yaml:"body" one:"body" doc:"Sends exactly this text."`
	Base64 *Base64      `yaml:"base64" one:"body" doc:"Sends exactly these bytes, written in base64."`
	File   *Text        `yaml:"file" one:"body" doc:"Sends exactly the bytes of this file, seen from the scenario's folder."`
	Set    Map[Value]   `yaml:"set" doc:"Changes to the finished body, by path, as lead.status: 1."`
}

// Repeat runs Steps Times times.
type Repeat struct {
	yamlfile.Place
	Times Count   `yaml:"times" need:"yes" doc:"How often, at least 1."`
	Steps []*Step `yaml:"steps" need:"yes" doc:"What is repeated."`
}

// Branch is what runs beside other branches.
type Branch struct {
	yamlfile.Place
	Steps []*Step `yaml:"steps" need:"yes" doc:"The steps of this branch, in order."`
}

// ForEach runs Steps once for each of Leads leads.
type ForEach struct {
	yamlfile.Place
	Leads   Count   `yaml:"leads" need:"yes" doc:"How many leads, at least 1."`
	AtATime Count   `yaml:"at_a_time" doc:"How many of them side by side; without it one after the other."`
	Steps   []*Step `yaml:"steps" need:"yes" doc:"What each lead does."`
}

// Probe asks again until the expectation holds or For is over.
type Probe struct {
	yamlfile.Place
	Get   *Text    `yaml:"get" one:"probe" doc:"The URL of an HTTP GET."`
	Run   *Text    `yaml:"run" one:"probe" doc:"A command of the shell; its output is the body. Variables are in its environment."`
	For   Duration `yaml:"for" doc:"How long to ask again until the expectation holds; without it, once."`
	Every Duration `yaml:"every" doc:"How long to wait before asking again."`
}

// Mishaps are what a network or ArtiBot can do wrong with what a step sends. The zero value is that all goes well.
type Mishaps struct {
	Duplicate  Copies   `yaml:"duplicate" doc:"Sends each delivery this often, at least 2."`
	OutOfOrder Flag     `yaml:"out_of_order" doc:"Sends the step's deliveries in another order."`
	Drop       Flag     `yaml:"drop" doc:"The delivery never leaves; the lead's version counts on."`
	Delay      Duration `yaml:"delay" doc:"Holds the delivery back, as 2s."`
	Tamper     Tamper   `yaml:"tamper" doc:"Changes the body, the signature or the url after signing."`
	Unsigned   Flag     `yaml:"unsigned" doc:"Leaves the signature out."`
	Stale      Count    `yaml:"stale" doc:"Sends this old version of the lead again instead."`
	SlowBody   Duration `yaml:"slow_body" doc:"Stretches the sending of the body over this time."`
	CutBody    Bytes    `yaml:"cut_body" doc:"Breaks off after this many bytes of the body."`
}

// Action gives the key of the step's action: "start", "answer" and so on.
func (s *Step) Action() string {
	switch {
	case s.Start != nil:
		return "start"
	case s.Answer != nil:
		return "answer"
	case s.Complete != nil:
		return "complete"
	case s.Abandon != nil:
		return "abandon"
	case s.Send != nil:
		return "send"
	case s.Resend != nil:
		return "resend"
	case s.Wait != nil:
		return "wait"
	case s.Repeat != nil:
		return "repeat"
	case s.Parallel != nil:
		return "parallel"
	case s.ForEach != nil:
		return "for_each"
	case s.Probe != nil:
		return "probe"
	}
	return ""
}

func (s *Step) markFaulty() { s.Invalid = true }

// sends reports whether the action of the step sends to the webhook.
func (s *Step) sends() bool {
	return slices.Contains([]string{"start", "answer", "complete", "send", "resend"}, s.Action())
}

// Inner gives the steps inside the step, branch after branch.
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

// given lists the mishaps of a step by key, with their places.
func (m *Mishaps) given() map[string]yamlfile.Place {
	keys := map[string]yamlfile.Place{}
	v := reflect.ValueOf(m).Elem()
	for _, f := range fieldsOf(v.Type()) {
		if at := v.FieldByIndex(f.index).FieldByName("Place").Interface().(yamlfile.Place); at.Given() {
			keys[f.key] = at
		}
	}
	return keys
}

func (s *Step) check(faults *yamlfile.Diagnostics) {
	action := s.Action()
	if action == "resend" && s.Lead.Given() {
		faults.Add(s.Lead.Place, "", "lead cannot be used with resend, which has the lead of the earlier step")
	}
	if action == "" || s.sends() {
		checkNames(s.Capture, "variable", faults)
		s.checkMishaps(faults)
		return
	}
	for key, at := range s.given() {
		faults.Add(at, "", "%s cannot be used with %s, which sends nothing", key, action)
	}
	if action == "probe" {
		checkNames(s.Capture, "variable", faults)
		s.checkCommand(faults)
		return
	}
	if s.Expect != nil {
		faults.Add(s.Expect.Place, "", "expect cannot be used with %s, which gets no response", action)
	}
	if len(s.Capture) > 0 {
		faults.Add(s.Capture[0].Place, "", "capture cannot be used with %s, which gets no response", action)
	}
	if s.Lead.Given() && action != "abandon" {
		faults.Add(s.Lead.Place, "", "lead cannot be used with %s, which is about no single lead", action)
	}
}

// checkMishaps looks whether each mishap can happen to what the step sends.
func (s *Step) checkMishaps(faults *yamlfile.Diagnostics) {
	if s.OutOfOrder.On && (s.Answer == nil || !s.Answer.All && s.Answer.Next.N < 2 && len(s.Answer.Fields) < 2) && s.Resend == nil {
		faults.Add(s.OutOfOrder.Place, "", "out_of_order needs a step with several deliveries, as answer: 2")
	}
	if s.Stale.Given() && s.Answer == nil && s.Complete == nil {
		faults.Add(s.Stale.Place, "", "stale cannot be used with %s; it takes the place of an answer or of complete", s.Action())
	}
	if s.Tamper.Given() && s.Unsigned.On {
		faults.Add(s.Tamper.Place, "", "tamper cannot be used with unsigned; give one of them")
	}
	s.checkUnanswered(faults)
}

// checkUnanswered refuses to look at a response where there is none.
func (s *Step) checkUnanswered(faults *yamlfile.Diagnostics) {
	var why string
	switch {
	case s.Drop.On:
		why = "drop, which gets no response"
	case s.CutBody.Given():
		why = "cut_body, which gets no response"
	case s.Expect != nil && s.Expect.Error.Given():
		why = "error; a delivery that fails has no response"
	default:
		return
	}
	if e := s.Expect; e != nil && s.Drop.On {
		faults.Add(e.Place, "", "expect cannot be used with %s", why)
	} else if e != nil && s.CutBody.Given() {
		refuse(map[string]yamlfile.Place{"headers": placeOf(e.Headers), "body": placeOf(e.Body)}, why, faults)
	}
	if len(s.Capture) > 0 {
		faults.Add(s.Capture[0].Place, "", "capture cannot be used with %s", why)
	}
}

func (p *Probe) check(faults *yamlfile.Diagnostics) {
	if p.Every.Given() && !p.For.Given() {
		faults.Add(p.Every.Place, "", "every needs for: how long to ask again")
	}
}

// checkCommand refuses to expect of a command what only a response has.
func (s *Step) checkCommand(faults *yamlfile.Diagnostics) {
	if s.Probe.Run == nil {
		return
	}
	if e := s.Expect; e != nil {
		refuse(map[string]yamlfile.Place{"status": placeOf(e.Status), "headers": placeOf(e.Headers), "error": e.Error.Place},
			"a command, which has only an exit code and a body", faults)
	}
	for _, c := range s.Capture {
		if c.Value.Header != nil {
			faults.Add(c.Value.Header.Place, "", "header cannot be used with a command, whose output has none")
		}
	}
}

// refuse adds a fault for each key that is given.
func refuse(keys map[string]yamlfile.Place, beside string, faults *yamlfile.Diagnostics) {
	for key, at := range keys {
		if at.Given() {
			faults.Add(at, "", "%s cannot be used with %s", key, beside)
		}
	}
}

// placeOf gives the place of the first entry.
func placeOf[T interface{ At() yamlfile.Place }](list []T) yamlfile.Place {
	if len(list) == 0 {
		return yamlfile.Place{}
	}
	return list[0].At()
}

// checkNames holds the names of variables against the form that ${name} can hold.
func checkNames[T any](m Map[T], what string, faults *yamlfile.Diagnostics) {
	for _, e := range m {
		if e.Key == "" || strings.ContainsFunc(e.Key, func(r rune) bool { return !isNameRune(r) }) {
			faults.Add(e.Place, "", "%s name %.60q holds something else than letters, digits and _", what, e.Key)
		}
	}
}

func isNameRune(r rune) bool {
	return r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}
