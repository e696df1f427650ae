package scenarios

import (
	"reflect"
	"testing"

	"artihook/scenarios/format"
)

// Every action of the format has an entry with a title and something to do. An entry without an action is unused.
func TestActionTable(t *testing.T) {
	t.Parallel()
	table := actionTable()
	for _, f := range reflect.VisibleFields(reflect.TypeFor[format.Step]()) {
		if f.Tag.Get("one") != "action" {
			continue
		}
		key := f.Tag.Get("yaml")
		a, ok := table[key]
		delete(table, key)
		switch {
		case !ok:
			t.Errorf("the action %q of a step has no entry in actionTable", key)
		case a.title == nil:
			t.Errorf("the action %q has no title", key)
		case a.nested == nil && a.prepare == nil && a.execute == nil:
			t.Errorf("the action %q does nothing", key)
		case a.nested != nil && (a.prepare != nil || a.execute != nil || a.batchable):
			t.Errorf("the action %q holds steps and does something itself", key)
		}
	}
	for key := range table {
		t.Errorf("the entry %q is no action of a step", key)
	}
}
