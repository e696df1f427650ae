package page

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"sort"
	"testing"

	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "write the pictures of the documents into this `FOLDER`")

// TestBrowserScreenshots makes the pictures of the documents, with
//
//	go test ./emitter/page -run Screenshots -screenshots docs/images
func TestBrowserScreenshots(t *testing.T) {
	if *screenshots == "" && !testing.Verbose() {
		t.Log("not asked for")
	}
	if *screenshots == "" {
		return
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
		{"delivery", "/deliveries/14", 1600, 1100, false},
		{"delivery-dark", "/deliveries/14", 1600, 1100, true},
		{"delivery-360", "/deliveries/14", 360, 1400, false},
		{"lead", "/lead?id=" + lead, 1600, 1100, false},
		{"lead-dark", "/lead?id=" + lead, 1600, 1100, true},
		{"lead-360", "/lead?id=" + lead, 360, 1200, true},
		{"send", "/send?preview=1&action=updated&to=crm&field=First+name&answer=Ada", 1600, 1100, false},
		{"send-dark", "/send?preview=1&action=updated&to=crm", 1600, 1100, true},
		{"send-360", "/send", 360, 1200, false},
		{"empty-filter", "/?status=503&webhook=mail", 1600, 900, false},
		{"problem", "/?status=abc", 1600, 900, true},
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
	lead = s.converse(0, 3)
	return lead
}

// smaller keeps the 256 most frequent colours of a picture, which is nearly all that a page has.
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
	var palette color.Palette
	for c := range count {
		palette = append(palette, c)
	}
	sort.Slice(palette, func(i, j int) bool {
		a, b := palette[i].(color.RGBA), palette[j].(color.RGBA)
		if count[a] != count[b] {
			return count[a] > count[b]
		}
		return uint32(a.R)<<16|uint32(a.G)<<8|uint32(a.B) < uint32(b.R)<<16|uint32(b.G)<<8|uint32(b.B)
	})
	reduced := image.NewPaletted(full.Bounds(), palette[:min(len(palette), 256)])
	draw.Draw(reduced, full.Bounds(), full, full.Bounds().Min, draw.Src)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, reduced); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
