package check

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Level says how bad a failure is.
type Level string

const (
	Must   Level = "MUST"   // leads are lost, or anybody can send some
	Should Level = "SHOULD" // it works today, and will be trouble one day
)

// Groups lists the groups of cases in their order.
var Groups = [...]string{"signature", "body", "life", "manners"}

// Case is one question put to the receiver.
type Case struct {
	ID       string // group-words, stable
	Level    Level
	Why      string // one sentence
	Fix      string // what to do about a failure, one or two sentences
	Code     string // the same as a line of code, in one of the languages that receivers are written in
	Requests int    // how many it sends, where all is well

	// root cases also run where a right delivery was answered with something else than a refusal: they may tell why.
	// Free cases need no right delivery to be accepted at all.
	root, free bool
	run        func(*trial)
}

// Group is the first word of the id.
func (c *Case) Group() string {
	group, _, _ := strings.Cut(c.ID, "-")
	return group
}

// Cases gives the whole battery, in the order in which it runs.
func Cases() []Case {
	return slices.Concat(signatureCases(), bodyCases(), lifeCases(), mannerCases())
}

// Requests counts how many requests the cases send where all is well. Finding out why a case fails may take a few more.
func Requests(cases []Case) int {
	n := 0
	for i := range cases {
		n += cases[i].Requests
	}
	return n
}

// Select gives the cases that the patterns mean: ids, groups, or globs such as "life-*". No pattern in only means all.
// A pattern that means nothing is an error that names it.
func Select(only, skip []string) ([]Case, error) {
	cases := Cases()
	for _, pattern := range slices.Concat(only, skip) {
		if !slices.ContainsFunc(cases, func(c Case) bool { return c.fits(pattern) }) {
			return nil, fmt.Errorf("no case %q; want an id, a group (%s) or a pattern like life-*", pattern, strings.Join(Groups[:], ", "))
		}
	}
	return slices.DeleteFunc(cases, func(c Case) bool {
		return len(only) > 0 && !slices.ContainsFunc(only, c.fits) || slices.ContainsFunc(skip, c.fits)
	}), nil
}

func (c *Case) fits(pattern string) bool {
	if pattern == c.ID || pattern == c.Group() {
		return true
	}
	fits, err := path.Match(pattern, c.ID)
	return err == nil && fits
}
