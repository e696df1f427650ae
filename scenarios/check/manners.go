package check

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
)

// mannerCases ask how the receiver behaves on the wire.
func mannerCases() []Case {
	return []Case{
		{
			ID: "manners-in-time", Level: Should, Requests: 1, root: true, run: inTime,
			Why:  "An answer comes soon: nobody knows how long ArtiBot waits, and most senders of webhooks wait for some seconds.",
			Fix:  "Store the event and answer 2xx; do slow work (mail, another API) afterwards.",
			Code: "queue.push(event); res.status(204).end()",
		},
		{
			ID: "manners-no-redirect", Level: Must, Requests: 1, free: true, run: noRedirect,
			Why: "A redirect is not followed: it would void the signed URL.", Fix: "Give ArtiBot the URL that the redirect leads to, slash at the end and https included.",
			Code: "app.post(['/hook', '/hook/'], receive)",
		},
		{
			ID: "manners-no-html", Level: Should, Requests: 3, free: true, run: noHTML,
			Why: "What ArtiBot's Delivery History shows of an error should be one line, not a web page.",
			Fix: "Answer errors of this route with a short text or JSON.", Code: "app.use((err, req, res, next) => res.status(err.status || 500).send(err.name))",
		},
		{
			ID: "manners-slow-sender", Level: Must, Requests: 1, run: slowSender,
			Why: "A body may come in many small pieces, with pauses.", Fix: "Read until the body's end, and give it some seconds.",
			Code: "for await (const chunk of req) chunks.push(chunk)",
		},
		{
			ID: "manners-cut", Level: Must, Requests: 4, run: cutBodyOff,
			Why: "A connection may break in mid-body; the next delivery finds everything in order.", Fix: "Let go of what the request holds (locks, connections, transactions) when its body cannot be read.",
			Code: "finally: lock.release()",
		},
		{
			ID: "manners-large-without-expect", Level: Must, Requests: 1, run: accepting(long("300 KB, without Expect: 100-continue", 300_000)),
			Why: "ArtiBot sends no Expect header: a large body comes at once.", Fix: "Do not ask for Expect: 100-continue, and raise the bound of bodies.",
			Code: "express.raw({ type: '*/*', limit: '4mb' })",
		},
		{
			ID: "manners-content-type", Level: Should, Requests: 1, run: contentType,
			Why: "Another content type is taken or refused, and crashes nothing.", Fix: "Where your framework reads the body by its content type, take a body that is not there for a bad request.",
			Code: "if (!Buffer.isBuffer(req.body)) return res.status(415).end()",
		},
		{
			ID: "manners-get", Level: Should, Requests: 1, free: true, run: bodyless(http.MethodGet),
			Why: "People and link checkers open your URL in a browser.", Fix: "Answer 405 to everything but POST.", Code: "app.all('/hook', (req, res) => res.set('Allow', 'POST').status(405).end())",
		},
		{
			ID: "manners-head", Level: Should, Requests: 1, free: true, run: bodyless(http.MethodHead),
			Why: "Monitors ask with HEAD whether your URL is alive.", Fix: "Answer 405 to everything but POST.", Code: "app.all('/hook', (req, res) => res.set('Allow', 'POST').status(405).end())",
		},
		{
			ID: "manners-keep-alive", Level: Should, Requests: 2, run: keepAlive,
			Why: "A sender that may use a connection again spares both sides a handshake for each event.", Fix: "Leave connections open (HTTP/1.1 does, unless told to close).",
			Code: "protocol_version = 'HTTP/1.1'  # Python's BaseHTTPRequestHandler, with a Content-Length in each answer",
		},
		{
			ID: "manners-no-echo", Level: Must, Requests: 4, free: true, run: noEcho,
			Why:  "An answer that tells the secret, the signature that would have been right, or a stack trace helps whoever guesses.",
			Fix:  "Log such things on your side, and answer the bare status.",
			Code: "log.warn(err); res.status(401).end()",
		},
	}
}

func inTime(t *trial) {
	s := t.ordinary()
	d := t.send(s)
	if patience := t.run.opt.Patience; d.Duration > patience {
		t.fail(describe(s, &d), "an answer within "+patience.String(), "it took "+d.Duration.Round(time.Millisecond).String())
	}
	t.hold(s, &d, answered)
}

func noRedirect(t *trial) {
	s := t.ordinary()
	d := t.expect(s, answered)
	if !t.over() && d.Status >= 300 && d.Status < 400 {
		location, redirected := d.Response.Headers.Lookup("Location")
		if redirected {
			location = " to " + quoted(location)
		}
		t.fail(describe(s, &d), "2xx", fmt.Sprintf("%d %s%s", d.Status, http.StatusText(d.Status), location))
	}
}

func noHTML(t *trial) {
	unsigned, _ := noHeader(t, t.ordinary())
	cut := t.ordinary()
	cut.body, cut.what = cut.body[:len(cut.body)-25], "cut short and rightly signed"
	t.lookAt(func(s shot, d *history.Delivery) {
		if isHTML(d) {
			t.fail(describe(s, d), "a short text, JSON or nothing", cameBack(d))
		}
	}, t.ordinary(), unsigned, cut)
}

// lookAt sends shots for what the answers say. That there is none is another case's failure; without any the case is
// skipped.
func (t *trial) lookAt(look func(shot, *history.Delivery), shots ...shot) {
	came := false
	for _, s := range shots {
		d := t.send(s)
		if d.Error == "" {
			came = true
			look(s, &d)
		}
	}
	if !came {
		t.skip("no answer came that one could look at")
	}
}

func isHTML(d *history.Delivery) bool {
	if d.Response == nil {
		return false
	}
	start := bytes.ToLower(bytes.TrimSpace(d.Response.Body))
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}

func slowSender(t *trial) {
	s := t.ordinary()
	s.what, s.manner = "its body stretched over "+t.run.opt.Slow.String(), emitter.SendOptions{SlowBody: t.run.opt.Slow}
	t.expect(s, accepted)
}

func cutBodyOff(t *trial) {
	s := t.ordinary()
	s.what, s.manner = "the connection cut in mid-body", emitter.SendOptions{Cut: true, CutAfter: len(s.body) / 2}
	t.send(s)
	for range 3 { // the receiver may hear of the cut a little later
		next := t.ordinary()
		next.what = "after a connection that was cut in mid-body"
		t.expect(next, accepted)
	}
}

func contentType(t *trial) {
	s := t.ordinary()
	s.what = "as text/plain"
	s.alter = func(d *history.Delivery) {
		d.Request.Headers.Set("Content-Type", "text/plain")
	}
	t.expect(s, borne)
}

// bodyless asks in the way of a browser.
func bodyless(method string) func(*trial) {
	return func(t *trial) {
		s, _ := noHeader(t, shot{})
		unsign := s.alter
		s.what = ""
		s.alter = func(d *history.Delivery) {
			unsign(d)
			d.Request.Method = method
		}
		t.expect(s, noCrash)
	}
}

func keepAlive(t *trial) {
	for range 2 {
		s := t.ordinary()
		d := t.expect(s, answered)
		if t.over() {
			return
		}
		if why := closes(d.Response); why != "" {
			t.fail(describe(s, &d), "a connection that stays open", why)
		}
	}
}

// closes says what in an answer closes the connection, "" when nothing does.
func closes(r *history.Response) string {
	if r.Headers.Closes() {
		return "Connection: close"
	}
	if r.Proto == "HTTP/1.0" {
		return "an answer of HTTP/1.0, which closes it"
	}
	return ""
}

// noEcho looks at every answer of the examination so far, and at some that tempt to tell too much.
func noEcho(t *trial) {
	unsigned, _ := noHeader(t, t.ordinary())
	wrong, _ := wrongDigits(t, t.ordinary())
	cut := t.ordinary()
	cut.body, cut.what = cut.body[:len(cut.body)-25], "cut short and rightly signed"
	odd := t.ordinary()
	odd.body, odd.what = []byte(`[null]`), "which is JSON and no event"
	t.lookAt(func(shot, *history.Delivery) {
		if leaked := t.run.leaked; leaked.what != "" {
			t.fail(leaked.sent, "nothing that is the receiver's own business", leaked.what+" in "+leaked.got)
		}
	}, unsigned, wrong, cut, odd)
}
