package settings

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestDefaultsAreApplied reports a key of defaults in artihook.yaml that sets no flag.
func TestDefaultsAreApplied(t *testing.T) {
	t.Parallel()
	var c Config
	defaults := reflect.ValueOf(&c.Defaults).Elem()
	var keys []string
	for i := range defaults.NumField() {
		key := defaults.Type().Field(i).Tag.Get("yaml")
		keys = append(keys, key)
		defaults.Field(i).Set(reflect.ValueOf(Setting{Text: key}))
	}
	applied := []string{"edition", "scheme", "secret"} // by WebhookFlags.Resolve
	for _, d := range c.flagDefaults() {
		if got := strings.ReplaceAll(d.flag, "-", "_"); got != d.value.Text {
			t.Errorf("--%s has the default of the key %s", d.flag, d.value.Text)
		}
		applied = append(applied, d.value.Text)
	}
	slices.Sort(applied)
	slices.Sort(keys)
	if !slices.Equal(keys, applied) {
		t.Errorf("the keys of defaults are %v, those that set a flag %v", keys, applied)
	}
}
