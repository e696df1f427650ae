package check

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"artihook/emitter/payload"
)

// Level is the severity of a failed case. The zero value is not valid.
type Level string

const (
	Must   Level = "MUST"   // the receiver loses leads, or accepts leads from anyone
	Should Level = "SHOULD" // the receiver works, but a problem may show later
)

// Groups lists the groups of the cases, in the order in which they run.
var Groups = [...]string{"signature", "body", "life", "http"}

// Case is one question that is put to a receiver. [Cases] and [Select] return the cases; other values of this type cannot
// run.
type Case struct {
	ID       string // starts with the group, such as "life-twice"; it never changes
	Level    Level
	Sends    string // what the case sends, in one sentence
	Why      string // why the case matters, in one sentence
	Fix      string // how to fix a failure, in one or two sentences
	Code     Code   // the fix as a line of code
	Section  string // of docs/contract.md, such as "2, Dates"; "" means the section of the group
	Requests int    // the number of requests that the case sends if it passes

	// An independent case has a result even if the receiver does not accept a plain valid delivery.
	independent bool
	// The deliveries of the case have no later effect: they are plain events, differ from these in ordinary text only, or a correct
	// receiver does not store them. No plain delivery follows. If the receiver has stopped, the next case shows it.
	harmless bool
	// If a case in needs has failed in this run, the case is inconclusive: its failure would have the same cause.
	needs []string
	// The case is about the whole run or about the load, so no other case runs at the same time.
	alone bool
	run   func(*caseRun)
}

// sections lists the section of docs/contract.md for each group.
var sections = map[string]string{
	"signature": "3, The signature",
	"body":      "2, The body",
	"life":      "2, A lead's life",
	"http":      "1, The request",
}

// Contract returns the section of docs/contract.md that the case is about, in the form of [payload.ContractSection].
func (c *Case) Contract() string {
	return payload.ContractSection(cmp.Or(c.Section, sections[c.Group()]))
}

// Group returns the first word of the id.
func (c *Case) Group() string {
	group, _, _ := strings.Cut(c.ID, "-")
	return group
}

// Cases returns all cases, in the order in which they run.
func Cases() []Case {
	cases := slices.Concat(signatureCases(), bodyCases(), lifeCases(), httpCases())
	i := slices.IndexFunc(cases, func(c Case) bool { return c.ID == timeCase })
	inTime := cases[i]
	return slices.Insert(slices.Delete(cases, i, i+1), 1, inTime) // early, since it shows how much time the others need
}

// Requests returns the number of requests that the cases send if all pass, with the plain deliveries between them. A failed case
// may send more, to find the cause.
func Requests(cases []Case) int {
	n := 0
	for i := range cases {
		if n += cases[i].Requests; plainAfter(cases, i) {
			n++
		}
	}
	if len(cases) > 0 && cases[0].ID != validCase {
		n++ // the plain delivery before the first case
	}
	return n
}

// plainAfter reports whether a plain delivery follows case i: not if it can have no later effect, and not between two life cases,
// which start with one.
func plainAfter(cases []Case, i int) bool {
	return i == len(cases)-1 || !cases[i].harmless && cases[i].Group() != "life"
}

// Select returns the cases that match a pattern of only and none of skip, in the order of [Cases]. A pattern is an id, a
// group, or a pattern of [path.Match] such as "life-*". If only is empty, all cases match it. A pattern that matches no
// case is an error.
func Select(only, skip []string) ([]Case, error) {
	cases := Cases()
	for _, pattern := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(cases, func(c Case) bool { return c.matches(pattern) }) {
			return nil, fmt.Errorf("no case %q; want an id, a group (%s) or a pattern like life-*", pattern, strings.Join(Groups[:], ", "))
		}
	}
	return slices.DeleteFunc(cases, func(c Case) bool {
		return len(only) > 0 && !slices.ContainsFunc(only, c.matches) || slices.ContainsFunc(skip, c.matches)
	}), nil
}

func (c *Case) matches(pattern string) bool {
	if pattern == c.ID || pattern == c.Group() {
		return true
	}
	matches, err := path.Match(pattern, c.ID)
	return err == nil && matches
}
