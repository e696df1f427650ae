package format_test

import (
	"fmt"

	"artihook/scenarios/format"
)

func ExampleParse() {
	_, err := format.Parse("lead.yaml", []byte(`name: a lead's life
steps:
  - start: {bot: sales}
  - anwser: 2
  - complete:
    expect: {stauts: 204, within: soon}
`))
	fmt.Println(err)
	// Output:
	// lead.yaml:4:5: unknown key "anwser" in a step; did you mean "answer"?
	// lead.yaml:6:14: unknown key "stauts" in expect; did you mean "status"?
	// lead.yaml:6:35: within: "soon" is not a duration; write one such as 500ms, 30s or 2m
}
