package page

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"artihook/emitter/history"

	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "write the pictures of the documents into this `FOLDER`")

// TestBrowserScreenshots makes the pictures of the documents, with
//
//	go test ./emitter/page -run Screenshots -screenshots docs/images
func TestBrowserScreenshots(t *testing.T) {
	if *screenshots == "" {
		return // nobody asked; a skip would be taken for a missing browser
	}
	s := newSite(t)
	lead := furnish(s)
	b := s.open(t)
	for _, shot := range []struct {
		name, path    string
		width, height int64
		dark          bool
	}{
		{"list", "/", 1600, 900, false},
		{"list-dark", "/", 1600, 900, true},
		{"list-360", "/", 360, 740, false},
		{"list-360-dark", "/", 360, 740, true},
		{"delivery", "/deliveries/25", 1600, 1100, false},
		{"delivery-dark", "/deliveries/25", 1600, 1100, true},
		{"delivery-360", "/deliveries/25", 360, 1400, false},
		{"lead", "/lead?id=" + lead, 1600, 1100, false},
		{"lead-dark", "/lead?id=" + lead, 1600, 1100, true},
		{"lead-360", "/lead?id=" + lead, 360, 1200, true},
		{"send", "/send?preview=1&action=updated&to=crm&field=First+name&answer=Ada", 1600, 1100, false},
		{"send-dark", "/send?preview=1&action=updated&to=crm", 1600, 1100, true},
		{"send-360", "/send", 360, 1200, false},
		{"empty-filter", "/?status=503&webhook=mail", 1600, 900, false},
	} {
		b.size(shot.width, shot.height)
		b.scheme(map[bool]string{false: "light", true: "dark"}[shot.dark])
		b.visit(shot.path)
		if shot.path == "/" {
			b.live()
		}
		var picture []byte
		b.run(chromedp.CaptureScreenshot(&picture))
		if err := os.WriteFile(filepath.Join(*screenshots, shot.name+".png"), smaller(t, picture), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// furnish fills a history with a bit of everything.
func furnish(s *site) (lead string) {
	s.converse(1, 2)
	lead = s.converse(0, 2)
	for i, d := range []struct {
		status int
		error  string
		reason string
		took   time.Duration
		event  string
	}{
		{503, "", "", 48 * time.Millisecond, "lead:updated"},
		{401, "", "", 2300 * time.Microsecond, "lead:updated"},
		{0, "refused", "nobody listens there", 400 * time.Microsecond, "lead:created"},
		{0, "timeout", "not all of the answer came within 30s", 30 * time.Second, "lead:completed"},
		{302, "", "", 5 * time.Millisecond, ""},
		{204, "", "", 1712 * time.Millisecond, "lead:created"},
		{0, "", "", 0, "lead:updated"},
	} {
		s.record(s.store, func(planned *history.Delivery) {
			if d.status > 0 {
				answered(planned, d.status, `{"ok":false,"error":"the database is away"}`)
			}
			planned.Event, planned.Version, planned.Duration = d.event, i%4, d.took
			planned.Error, planned.Reason = d.error, d.reason
			planned.Lead = fmt.Sprintf("c19377db-1111-4222-8333-94445556667%d", i)
			if i%2 == 1 {
				planned.Webhook, planned.URL = "", "https://crm.example/hooks/artibot?token=abc"
			}
			if i == 5 {
				planned.Attempt = 2
			}
		})
	}
	return lead
}

// smaller keeps 256 colours of a picture: nearly all that a page has. Of colours that look the same, the most frequent
// stands for the others.
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
