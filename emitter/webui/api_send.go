package webui

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"artihook/emitter"
	"artihook/emitter/payload"
	"artihook/emitter/receiver"
	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"
)

// sendRequest is one event to send. Its fields are those of the flags of artihook send; body and body_base64 are those of a
// delivery.
type sendRequest struct {
	target
	Action     string                     `json:"action"`
	Lead       string                     `json:"lead"`
	Bot        string                     `json:"bot"`
	Answers    map[string]string          `json:"answers"`
	Set        map[string]json.RawMessage `json:"set"`
	Unset      []string                   `json:"unset"`
	Seed       *uint64                    `json:"seed"`
	Now        *time.Time                 `json:"now"`
	Body       *string                    `json:"body"`
	BodyBase64 []byte                     `json:"body_base64"`
	Tamper     string                     `json:"tamper"`
	DryRun     bool                       `json:"dry_run"`
}

func (h *Handler) apiSend(w http.ResponseWriter, r *http.Request) (int, any, error) {
	var ask sendRequest
	if err := readJSON(r, &ask); err != nil {
		return 0, nil, err
	}
	hook, err := h.resolve(&ask.target)
	if err != nil {
		return 0, nil, err
	}
	m, err := h.sendMessage(r, &hook, &ask)
	if err != nil {
		return 0, nil, err
	}
	planned := emitter.Plan(&hook, m)
	if ask.DryRun {
		planned.Time = h.opt.Now()
		return http.StatusOK, planned, nil
	}
	sent, err := h.sendNow(w, &hook, planned)
	return http.StatusOK, sent, err
}

// sendMessage returns the message of a request.
func (h *Handler) sendMessage(r *http.Request, hook *emitter.Webhook, ask *sendRequest) (m emitter.Message, err error) {
	edits, err := jsonEdits(ask.Set, ask.Unset)
	if err != nil {
		return m, err
	}
	if ask.Body != nil || ask.BodyBase64 != nil {
		m, err = givenMessage(hook, ask, edits)
	} else {
		m, err = h.generatedMessage(r, hook, ask, edits)
	}
	switch ask.Tamper {
	case "":
	case string(emitter.TamperUnsigned):
		m.Tamper = emitter.TamperUnsigned
	default:
		m.Tamper, err = joinTamper(ask.Tamper, err)
	}
	return m, err
}

func joinTamper(name string, err error) (emitter.Tamper, error) {
	tamper, wrong := emitter.ParseTamper(name)
	if wrong != nil && err == nil {
		err = fmt.Errorf("%w, or unsigned", wrong)
	}
	return tamper, err
}

// givenMessage returns a message with the body of the request.
func givenMessage(hook *emitter.Webhook, ask *sendRequest, edits []edit) (emitter.Message, error) {
	body := ask.BodyBase64
	switch {
	case ask.Body != nil && ask.BodyBase64 != nil:
		return emitter.Message{}, errors.New("give body or body_base64, not both")
	case ask.Action != "" || ask.Lead != "" || ask.Bot != "" || len(ask.Answers) > 0:
		return emitter.Message{}, errors.New("a body is sent as it is; leave action, lead, bot and answers out")
	case ask.Body != nil:
		body = []byte(*ask.Body)
	}
	body, err := applyEdits(body, edits)
	return emitter.Message{Body: body, Summary: payload.Summarize(body), Edition: hook.Edition}, err
}

// generatedMessage returns a message with a generated event.
func (h *Handler) generatedMessage(r *http.Request, hook *emitter.Webhook, ask *sendRequest, edits []edit) (m emitter.Message, err error) {
	spec := eventSpec{
		Bot: ask.Bot, Action: payload.Created, Answers: ask.Answers, Seed: uint64(rand.Uint32()), At: h.opt.Now(), Edits: edits,
	}
	if ask.Action != "" {
		if spec.Action, err = payload.ParseAction(ask.Action); err != nil {
			return m, err
		}
	}
	if ask.Lead != "" {
		if spec.Lead, err = h.opt.History.FindLead(r.Context(), ask.Lead); err != nil {
			return m, err
		}
	}
	if ask.Bot == "" {
		spec.Bot = h.opt.Bot
	}
	if ask.Seed != nil {
		spec.Seed = *ask.Seed
	}
	if ask.Now != nil {
		spec.At = *ask.Now
	}
	return h.message(r.Context(), hook, &spec)
}

// jsonEdits returns the changes of a request: those of set, sorted by path, and then those of unset.
func jsonEdits(set map[string]json.RawMessage, unset []string) (edits []edit, err error) {
	for _, path := range slices.Sorted(maps.Keys(set)) {
		value, err := payload.ParseRaw(set[path])
		if err != nil {
			return nil, fmt.Errorf("set %q: %w", path, err)
		}
		edits = append(edits, edit{Path: path, Value: value})
	}
	for _, path := range unset {
		edits = append(edits, edit{Path: path, Remove: true})
	}
	return edits, nil
}

// verifyRequest is a delivery of the history, or a body with its signature.
type verifyRequest struct {
	target
	Delivery   int64    `json:"delivery"`
	Signature  string   `json:"signature"`
	Body       *string  `json:"body"`
	BodyBase64 []byte   `json:"body_base64"`
	AlsoURLs   []string `json:"also_urls"`
}

func (h *Handler) apiVerify(_ http.ResponseWriter, r *http.Request) (int, any, error) {
	var ask verifyRequest
	if err := readJSON(r, &ask); err != nil {
		return 0, nil, err
	}
	claim, err := h.claim(r, &ask)
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, judge(claim), nil
}

// claim returns the claim of a request.
func (h *Handler) claim(r *http.Request, ask *verifyRequest) (explain.Claim, error) {
	if ask.Delivery != 0 {
		d, err := h.opt.History.Get(r.Context(), ask.Delivery)
		if err != nil {
			return explain.Claim{}, withStatus(http.StatusNotFound, fmt.Errorf("there is no delivery %d in the history", ask.Delivery))
		}
		hook := h.webhookOf(&d)
		if ask.Secret != nil {
			hook.Secret = signature.NewSecret(*ask.Secret)
		}
		claim := claimOf(&d, &hook)
		claim.AlsoURLs = append(claim.AlsoURLs, ask.AlsoURLs...)
		if ask.Signature != "" {
			claim.Header = ask.Signature
		}
		return claim, nil
	}
	body := ask.BodyBase64
	if ask.Body != nil {
		body = []byte(*ask.Body)
	}
	hook, err := h.resolve(&ask.target)
	switch {
	case err != nil:
		return explain.Claim{}, err
	case body == nil:
		return explain.Claim{}, errors.New("the body is missing; give body, body_base64, or the number of a delivery")
	case ask.Signature == "":
		return explain.Claim{}, errors.New("the signature is missing; give the value of the header")
	}
	url := hook.SignURL
	if url == (signature.URL{}) {
		url = hook.URL
	}
	return explain.Claim{
		Secret: hook.Secret, Scheme: hook.Scheme, Header: ask.Signature, AlsoURLs: ask.AlsoURLs,
		Message:  signature.Message{Method: http.MethodPost, URL: url.String(), Body: body},
		Contract: explain.Contract{Restore: payload.Restore, Altered: receiver.Altered},
	}, nil
}

// judge verifies a signature, or explains why it does not fit.
func judge(claim explain.Claim) explain.Result {
	fits := signature.Verify(claim.Secret, claim.Scheme, claim.Message, claim.Header)
	finding, _ := explain.Mismatch(claim)
	return finding.Result(fits)
}
