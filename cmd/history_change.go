package cmd

import "strconv"

const (
	changeContext = 8  // equal characters shown before and after a change
	maxChange     = 60 // characters shown of each side
)

// textChange returns two texts without their common beginning and end.
func textChange(before, after []rune) string {
	start := 0
	for start < min(len(before), len(after)) && before[start] == after[start] {
		start++
	}
	end := 0
	for end < min(len(before), len(after))-start && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
	}
	start, end = max(0, start-changeContext), max(0, end-changeContext)
	return excerpt(before, start, end) + " → " + excerpt(after, start, end)
}

// excerpt returns a text without its first start and its last end characters, quoted and cut to maxChange.
func excerpt(text []rune, start, end int) string {
	middle, before, after := text[start:len(text)-end], "", ""
	if start > 0 {
		before = "…"
	}
	if len(middle) > maxChange {
		middle, end = middle[:maxChange], 1
	}
	if end > 0 {
		after = "…"
	}
	return before + strconv.Quote(string(middle)) + after
}
