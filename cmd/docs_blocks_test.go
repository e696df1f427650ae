package cmd

import (
	"os"
	"regexp"
	"testing"
)

// block is one fenced block of a Markdown file.
type block struct {
	kind string // the text after the fence: "sh", "sh outside", "yaml FILE"
	text string
}

// readBlocks returns the blocks of a document, which must have some.
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
