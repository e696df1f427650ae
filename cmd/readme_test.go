package cmd

import (
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"artihook/emitter/receiver"
	"artihook/emitter/signature"
)

// block is one fenced block of a Markdown file.
type block struct {
	kind string // what stands behind the fence: "sh", "sh outside", "js"
	text string
}

func readBlocks(t *testing.T, file string) []block {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	blocks := fencedBlocks(string(text))
	if len(blocks) == 0 {
		t.Fatalf("%s has no blocks", file)
	}
	return blocks
}

func fencedBlocks(text string) []block {
	var blocks []block
	for _, match := range regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, block{kind: match[1], text: match[2]})
	}
	return blocks
}

const readmeSecret = "s3cret"

// startReceiverOf starts the user's receiver, which may have been told its public URL, and gives its address.
func startReceiverOf(t *testing.T, publicURL string) string {
	t.Helper()
	opt := receiver.Options{Secret: signature.NewSecret(readmeSecret)}
	if publicURL != "" {
		var err error
		if opt.PublicURL, err = signature.ParseURL(publicURL); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(receiver.New(opt))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}
