package webui

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"artihook/emitter/history"
	"artihook/emitter/text"
)

// compareData is the data of the compare template.
type compareData struct {
	A, B     row
	Sections []diffSection
}

// diffSection is a part of two deliveries, side by side.
type diffSection struct {
	Title string
	Lines []diffLine
	Same  bool
	Cut   bool // the parts are too long to show all
}

// diffLine is a line of both sides. A line that only one side has is added or removed.
type diffLine struct {
	Before, After           string
	BeforeClass, AfterClass string
	Skipped                 int // so many equal lines are not shown; both texts are empty
}

const (
	// maxDiffLines is how many lines of each side are compared, and maxDiffText the length of a line, in bytes.
	maxDiffLines, maxDiffText = 1500, 2000
	// contextLines is how many equal lines are shown around a difference.
	contextLines = 3
)

func (h *Handler) compare(w http.ResponseWriter, r *http.Request) {
	var both [2]history.Delivery
	for i, key := range []string{"a", "b"} {
		id, err := strconv.ParseInt(r.URL.Query().Get(key), 10, 64)
		if err == nil {
			both[i], err = h.opt.History.Get(r.Context(), id)
		}
		if err != nil {
			h.problem(w, http.StatusNotFound, "The address names no two deliveries of the history, like /compare?a=1&b=2.")
			return
		}
	}
	names := h.people()
	var data compareData
	var err error
	if data.A, err = h.namedRow(r.Context(), &both[0], names); err == nil {
		data.B, err = h.namedRow(r.Context(), &both[1], names)
	}
	if err != nil {
		h.serverError(w, err)
		return
	}
	data.Sections = []diffSection{
		newDiffSection("Request", requestHead(&both[0]), requestHead(&both[1])),
		newDiffSection("Request body", bodyLines(both[0].Request.Body), bodyLines(both[1].Request.Body)),
		newDiffSection("Response", responseHead(&both[0]), responseHead(&both[1])),
		newDiffSection("Response body", responseBody(&both[0]), responseBody(&both[1])),
	}
	h.show(w, http.StatusOK, "compare", layoutData{Title: fmt.Sprintf("Compare #%d and #%d", both[0].ID, both[1].ID), Data: data})
}

func requestHead(d *history.Delivery) []string {
	lines := []string{d.Request.Method + " " + d.URL}
	for name, value := range d.Request.Lines() {
		lines = append(lines, name+": "+value)
	}
	return lines
}

func responseHead(d *history.Delivery) []string {
	if d.Response == nil {
		return []string{"no response: " + d.Error}
	}
	lines := []string{statusLine(d.Response)}
	for _, header := range d.Response.Headers {
		lines = append(lines, header.Name+": "+header.Value)
	}
	return lines
}

func responseBody(d *history.Delivery) []string {
	if d.Response == nil {
		return nil
	}
	return bodyLines(d.Response.Body)
}

// bodyLines returns a body in lines: JSON is formatted, with its keys in their order.
func bodyLines(content []byte) []string {
	if len(content) == 0 {
		return nil
	}
	body := newBody("", content, "")
	shown := string(text.IndentJSON(content))
	if body.Binary {
		shown = body.Text
	}
	return strings.Split(strings.TrimSuffix(shown, "\n"), "\n")
}

func newDiffSection(title string, before, after []string) diffSection {
	s := diffSection{Title: title, Cut: len(before) > maxDiffLines || len(after) > maxDiffLines}
	before, after = before[:min(len(before), maxDiffLines)], after[:min(len(after), maxDiffLines)]
	all := diffLines(before, after)
	s.Same = true
	for _, line := range all {
		s.Same = s.Same && line.BeforeClass == "" && line.AfterClass == ""
	}
	s.Lines = folded(all)
	return s
}

// diffLines returns the lines of both sides, with the longest common subsequence on the same lines.
func diffLines(before, after []string) []diffLine {
	start := 0
	for start < len(before) && start < len(after) && before[start] == after[start] {
		start++
	}
	endA, endB := len(before), len(after)
	for endA > start && endB > start && before[endA-1] == after[endB-1] {
		endA, endB = endA-1, endB-1
	}
	var lines []diffLine
	equal := func(text string) { lines = append(lines, diffLine{Before: shorten(text), After: shorten(text)}) }
	for _, line := range before[:start] {
		equal(line)
	}
	lines = append(lines, changedLines(before[start:endA], after[start:endB])...)
	for _, line := range before[endA:] {
		equal(line)
	}
	return lines
}

// changedLines is diffLines for the part that differs.
func changedLines(before, after []string) (lines []diffLine) {
	// length[i][j] is the length of the longest common subsequence of before[i:] and after[j:].
	length := make([][]int16, len(before)+1)
	for i := range length {
		length[i] = make([]int16, len(after)+1)
	}
	for i := len(before) - 1; i >= 0; i-- {
		for j := len(after) - 1; j >= 0; j-- {
			if before[i] == after[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(before) || j < len(after) {
		var removed, added []string
		for i < len(before) || j < len(after) {
			if i < len(before) && j < len(after) && before[i] == after[j] {
				break
			}
			if j == len(after) || i < len(before) && length[i+1][j] >= length[i][j+1] {
				removed = append(removed, before[i])
				i++
			} else {
				added = append(added, after[j])
				j++
			}
		}
		lines = append(lines, pairs(removed, added)...)
		for i < len(before) && j < len(after) && before[i] == after[j] {
			lines = append(lines, diffLine{Before: shorten(before[i]), After: shorten(after[j])})
			i, j = i+1, j+1
		}
	}
	return lines
}

// pairs returns removed and added lines side by side.
func pairs(removed, added []string) []diffLine {
	lines := make([]diffLine, max(len(removed), len(added)))
	for i := range lines {
		lines[i] = diffLine{BeforeClass: "absent", AfterClass: "absent"}
		if i < len(removed) {
			lines[i].Before, lines[i].BeforeClass = shorten(removed[i]), "removed"
		}
		if i < len(added) {
			lines[i].After, lines[i].AfterClass = shorten(added[i]), "added"
		}
	}
	return lines
}

// folded replaces equal lines that are far from every difference.
func folded(lines []diffLine) (shown []diffLine) {
	near := make([]bool, len(lines))
	for i, line := range lines {
		if line.BeforeClass != "" || line.AfterClass != "" {
			for k := max(0, i-contextLines); k <= min(len(lines)-1, i+contextLines); k++ {
				near[k] = true
			}
		}
	}
	for i := 0; i < len(lines); {
		if near[i] {
			shown = append(shown, lines[i])
			i++
			continue
		}
		n := 0
		for i < len(lines) && !near[i] {
			i, n = i+1, n+1
		}
		shown = append(shown, diffLine{Skipped: n})
	}
	return shown
}

func shorten(line string) string {
	if shown, left := clip([]byte(strings.ToValidUTF8(line, "\uFFFD")), maxDiffText); left > 0 {
		return shown + " …"
	}
	return strings.ToValidUTF8(line, "\uFFFD")
}
