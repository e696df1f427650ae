package scenarios

import (
	"encoding/json"
	"fmt"
	"testing"

	"artihook/scenarios/format"
)

// FuzzPath checks that findInBody does not panic.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"$.a", "$..a[?@.b > 1]", "$[0:9:2]", "$['a','b']", "$[?length(@) == 1]", "$[?match(@, '.*')]", "$[-1]"} {
		f.Add(path, `{"a":[{"b":2},"x",null,1.5e300,true]}`)
	}
	f.Fuzz(func(t *testing.T, path, body string) {
		quoted, err := json.Marshal(path)
		if err != nil {
			t.Fatal(err)
		}
		scenario, err := format.Parse("path.yaml", fmt.Appendf(nil, "name: a\nsteps: [{start: {}, capture: {a: {path: %s}}}]", quoted))
		if err != nil {
			return
		}
		at := findInBody("body", scenario.Steps[0].Capture[0].Value.Path, []byte(body))
		if at.text() == "" && at.value != "" {
			t.Errorf("%s in %s: %v has no text", path, body, at.value)
		}
		if at.found && !sameJSON(at.value, at.value) {
			t.Errorf("%s in %s is %v, which is not equal to itself", path, body, at.value)
		}
	})
}
