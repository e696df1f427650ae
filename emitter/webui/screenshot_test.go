package webui

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/history"
	"artihook/emitter/payload"
	"artihook/emitter/signature"
	"artihook/fixtures"

	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "write the pictures of the documents into this `FOLDER`")

// TestBrowserScreenshots writes the pictures of the documents:
//
//	go test ./emitter/webui -run Screenshots -screenshots "$PWD/docs/images"
func TestBrowserScreenshots(t *testing.T) {
	if *screenshots == "" {
		return // not skipped, because a skip means that the browser is missing
	}
	s := newSite(t)
	lead := addSamples(s)
	b := s.open(t)
	for _, image := range []struct {
		name, path    string
		width, height int64
		dark          bool
	}{
		{"list", "/", 1280, 760, false},
		{"list-dark", "/", 1280, 760, true},
		{"list-narrow", "/", 360, 740, false},
		{"delivery", "/deliveries/25", 1280, 900, false},
		{"compare", "/compare?a=24&b=25", 1280, 900, false},
		{"lead", "/lead?id=" + lead, 1280, 900, false},
		{"lead-narrow", "/lead?id=" + lead, 360, 740, true},
		{"send", "/send?preview=1&action=updated&to=crm&field=Name&answer=Ada+Lovelace", 1280, 900, false},
		{"check", "/jobs/1", 1280, 900, false}, // the last one, because its deliveries are in the list too
		{"report", "/jobs/1/report", 1280, 760, false},
	} {
		if image.name == "check" {
			var j jobObject
			s.api("POST", "/api/check", `{"webhook":"crm","only":["signature"]}`, &j)
			s.ended(j)
		}
		b.size(image.width, image.height)
		b.scheme(map[bool]string{false: "light", true: "dark"}[image.dark])
		b.visit(image.path)
		if image.path == "/" {
			b.live()
		}
		var picture []byte
		b.run(
			chromedp.Evaluate(`document.documentElement.style.scrollbarGutter = 'auto'`, nil), // a browser without a screen has no scroll bar
			chromedp.Evaluate(`document.querySelectorAll('.history-path bdi').forEach((path) => { path.textContent = '/home/ada/.local/state/artihook/history.db'; })`, nil),
			chromedp.CaptureScreenshot(&picture),
		)
		if err := os.WriteFile(filepath.Join(*screenshots, image.name+".png"), smaller(t, picture), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// addSamples adds 31 deliveries with different outcomes. Number 25 has a response with a body.
func addSamples(s *site) (lead string) {
	s.behind = 26 * time.Hour
	s.converse(1, 2)
	s.behind = 3 * time.Minute
	lead = s.converse(0, 2)
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"error":"the database is not available","queue":null,"waiting":17}`))
	}))
	defer broken.Close()
	s.behind = 80 * time.Second
	last, err := s.store.LastOfLead(context.Background(), lead)
	if err != nil {
		s.t.Fatal(err)
	}
	hook := emitter.Webhook{Name: "crm", URL: parseURL(s.t, broken.URL+"/hook"), Secret: signature.NewSecret(secretText)}
	s.emit(&hook, emitter.ResendMessage(&last))
	for i, d := range []struct {
		status int
		error  string
		reason string
		took   time.Duration
		event  string
	}{
		{401, "", "", 2300 * time.Microsecond, "lead:updated"},
		{0, "refused", "nothing listens there", 400 * time.Microsecond, "lead:created"},
		{0, "timeout", "the response was not complete within 30s", 30 * time.Second, "lead:completed"},
		{302, "", "", 5 * time.Millisecond, ""},
		{204, "", "", 1712 * time.Millisecond, "lead:created"},
		{0, "", "", 0, "lead:updated"},
	} {
		s.behind = time.Duration(60-9*i) * time.Second
		s.record(s.store, func(planned *history.Delivery) {
			if d.status > 0 {
				withResponse(planned, d.status, "")
			}
			planned.Event, planned.Version, planned.Duration = d.event, (i+1)%4, d.took
			planned.Error, planned.Reason = d.error, d.reason
			event := half(s, uint64(i+3))
			planned.Lead, planned.Request.Body = event.Lead.ID.String(), event.AppendJSON(nil)
			if i%2 == 0 {
				planned.Webhook, planned.URL = "", "https://crm.example/hooks/artibot?token=abc"
			}
			if i == 4 {
				planned.Attempt = 2
			}
		})
	}
	s.behind = 0
	return lead
}

// half returns the event in the middle of a conversation, in which the visitor has given a name.
func half(s *site, n uint64) payload.Event {
	s.t.Helper()
	bot, err := fixtures.LoadBot("sales")
	if err != nil {
		s.t.Fatal(err)
	}
	generator, err := fixtures.NewGenerator(bot, fixtures.Options{Seed: 7})
	if err != nil {
		s.t.Fatal(err)
	}
	c := generator.Conversation(n, time.Now().Add(-s.behind))
	event := c.Next()
	for range 4 {
		event = c.Next()
	}
	return *event
}

// smaller reduces a picture to 256 colours. The most frequent of similar colours replaces the others.
func smaller(t *testing.T, picture []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	count := map[color.RGBA]int{}
	for y := full.Bounds().Min.Y; y < full.Bounds().Max.Y; y++ {
		for x := full.Bounds().Min.X; x < full.Bounds().Max.X; x++ {
			count[color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)]++
		}
	}
	reduced := image.NewPaletted(full.Bounds(), palette(count))
	draw.Draw(reduced, full.Bounds(), full, full.Bounds().Min, draw.Src)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, reduced); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func palette(count map[color.RGBA]int) color.Palette {
	byCount := func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], int(a.R)-int(b.R), int(a.G)-int(b.G), int(a.B)-int(b.B))
	}
	seen := map[[3]uint8]bool{}
	var chosen, rest color.Palette
	for _, c := range slices.SortedFunc(maps.Keys(count), byCount) {
		if alike := [3]uint8{c.R >> 4, c.G >> 4, c.B >> 4}; !seen[alike] {
			seen[alike] = true
			chosen = append(chosen, c)
		} else {
			rest = append(rest, c)
		}
	}
	const most = 256
	chosen = chosen[:min(len(chosen), most-64)]
	return append(chosen, rest[:min(len(rest), most-len(chosen))]...)
}
