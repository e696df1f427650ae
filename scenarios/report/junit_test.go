package report_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"artihook/scenarios/report"
)

func TestJUnitSchema(t *testing.T) {
	t.Parallel()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint is not installed; TestJUnitStructure checks the same rules")
	}
	for _, r := range []*report.Report{sample(), {}, everywhere("\x00\xff]]>")} {
		cmd := exec.Command(xmllint, "--noout", "--nonet", "--schema", "testdata/junit.xsd", "-")
		cmd.Stdin = strings.NewReader(output(t, report.WriteJUnit, r))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
}

func TestJUnitStructure(t *testing.T) {
	t.Parallel()
	for _, text := range seeds {
		if err := checkJUnit(output(t, report.WriteJUnit, everywhere(text))); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := checkJUnit(output(t, report.WriteJUnit, sample())); err != nil {
		t.Error(err)
	}
}

func TestJUnitCheckerErrors(t *testing.T) {
	t.Parallel()
	good := output(t, report.WriteJUnit, sample())
	for old, bad := range map[string]string{
		`classname=`:        `file="x" classname=`,
		`failures="1"`:      `failures="7"`,
		`time="0.014000"`:   `time="14ms"`,
		`<system-out>`:      `<stdout></stdout><system-out>`,
		`</testsuites>`:     ``,
		`<failure message=`: `<skipped/><failure message=`,
	} {
		if err := checkJUnit(strings.Replace(good, old, bad, 1)); err == nil {
			t.Errorf("the checker accepts %s in place of %s", bad, old)
		}
	}
}

func TestJUnitNamesAreUnique(t *testing.T) {
	t.Parallel()
	steps := []report.Step{{Name: "a"}, {Name: "a"}, {Name: "a (2)"}, {}, {}}
	got := output(t, report.WriteJUnit, &report.Report{Suites: []report.Suite{{Name: "s", Steps: steps}, {Name: "s"}}})
	names := regexp.MustCompile(`<testcase classname="s" name="([^"]*)"`).FindAllStringSubmatch(got, -1)
	want := []string{"a", "a (2)", "a (2) (2)", "unnamed step", "unnamed step (2)"}
	for i, w := range want {
		if i >= len(names) || names[i][1] != w {
			t.Fatalf("got %q, want %q", names, want)
		}
	}
	if !strings.Contains(got, `<testsuite name="s (2)"`) {
		t.Error("two scenarios have the same name")
	}
}

func FuzzJUnit(f *testing.F) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := checkJUnit(output(t, report.WriteJUnit, everywhere(text))); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkWriteJUnit(b *testing.B) {
	r := &report.Report{Tool: "artihook 0.1.0"}
	for i := range 1000 {
		s := happyPath(time.Unix(0, 0))
		s.Name = "scenario " + strconv.Itoa(i)
		for len(s.Steps) < 9 {
			s.Steps = append(s.Steps, s.Steps[0])
		}
		s.Steps = append(s.Steps, receiverErrors(time.Unix(0, 0)).Steps[0])
		r.Suites = append(r.Suites, s)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := report.WriteJUnit(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}

// element is one element of the XML.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// junitRules are the rules of testdata/junit.xsd: the children in order, then the
// attributes, with * for required ones.
var junitRules = map[string]struct{ children, attrs string }{
	"testsuites": {"testsuite", "name tests failures errors time"},
	"testsuite":  {"properties testcase system-out system-err", "name* tests* failures* errors* skipped time timestamp"},
	"properties": {"property", ""},
	"property":   {"", "name* value*"},
	"testcase":   {"skipped error failure system-out system-err", "name* classname time"},
	"skipped":    {"", "message"},
	"error":      {"", "message type"},
	"failure":    {"", "message type"},
	"system-out": {"", ""},
}

var junitValues = map[string]*regexp.Regexp{
	"tests": regexp.MustCompile(`^\d+$`), "failures": regexp.MustCompile(`^\d+$`),
	"errors": regexp.MustCompile(`^\d+$`), "skipped": regexp.MustCompile(`^\d+$`),
	"time":      regexp.MustCompile(`^\d+\.\d+$`),
	"timestamp": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`),
}

func checkJUnit(doc string) error {
	var root element
	decoder := xml.NewDecoder(strings.NewReader(doc))
	if err := decoder.Decode(&root); err != nil {
		return err
	}
	if rest, err := decoder.Token(); err != io.EOF && !isSpace(rest) {
		return fmt.Errorf("after the end: %v, %v", rest, err)
	}
	if root.XMLName.Local != "testsuites" {
		return fmt.Errorf("the root is %s", root.XMLName.Local)
	}
	return checkElement(root)
}

func isSpace(t xml.Token) bool {
	text, ok := t.(xml.CharData)
	return ok && len(bytes.TrimSpace(text)) == 0
}

func checkElement(e element) error {
	rules, ok := junitRules[e.XMLName.Local]
	if !ok {
		return fmt.Errorf("unknown element %s", e.XMLName.Local)
	}
	if err := checkAttrs(e, strings.Fields(rules.attrs)); err != nil {
		return err
	}
	order, last := strings.Fields(rules.children), 0
	for _, child := range e.Children {
		at := slices.Index(order, child.XMLName.Local)
		if at < last {
			return fmt.Errorf("%s is not allowed here in %s", child.XMLName.Local, e.XMLName.Local)
		}
		last = at
		if err := checkElement(child); err != nil {
			return err
		}
	}
	return checkCounts(e)
}

func checkAttrs(e element, allowed []string) error {
	for _, a := range e.Attrs {
		if !slices.Contains(allowed, a.Name.Local) && !slices.Contains(allowed, a.Name.Local+"*") {
			return fmt.Errorf("%s has an attribute %s", e.XMLName.Local, a.Name.Local)
		}
		if form := junitValues[a.Name.Local]; form != nil && !form.MatchString(a.Value) {
			return fmt.Errorf("%s: %s is %q", e.XMLName.Local, a.Name.Local, a.Value)
		}
	}
	for _, name := range allowed {
		name, must := strings.CutSuffix(name, "*")
		if must && !slices.ContainsFunc(e.Attrs, func(a xml.Attr) bool { return a.Name.Local == name }) {
			return fmt.Errorf("%s has no %s", e.XMLName.Local, name)
		}
	}
	return nil
}

// checkCounts checks the rules that a schema cannot express: the counts are right,
// and each test case has one outcome and a unique name.
func checkCounts(suite element) error {
	if suite.XMLName.Local != "testsuite" {
		return nil
	}
	n, seen := map[string]int{"error": 0, "failure": 0, "skipped": 0}, map[string]bool{}
	for _, c := range suite.Children {
		if c.XMLName.Local != "testcase" {
			continue
		}
		n["testcase"]++
		if name := c.attr("name"); seen[name] || name == "" {
			return fmt.Errorf("the name %q is empty or not unique", name)
		}
		seen[c.attr("name")] = true
		outcomes := 0
		for _, o := range c.Children {
			if _, ok := n[o.XMLName.Local]; ok {
				n[o.XMLName.Local]++
				outcomes++
			}
		}
		if outcomes > 1 {
			return fmt.Errorf("%q has %d outcomes", c.attr("name"), outcomes)
		}
	}
	for name, element := range map[string]string{"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"} {
		if suite.attr(name) != strconv.Itoa(n[element]) {
			return fmt.Errorf("%s is %s, want %d", name, suite.attr(name), n[element])
		}
	}
	return nil
}
