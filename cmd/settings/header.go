package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"artihook/emitter"
	"artihook/emitter/exchange"
)

// allHeaders returns the headers of the entry and then those of the flags, which override them.
func (f *WebhookFlags) allHeaders(set *Settings, entry *WebhookConfig) ([]exchange.Header, error) {
	var headers []exchange.Header
	for _, name := range slices.Sorted(maps.Keys(entry.Headers)) {
		s := entry.Headers[name]
		value, err := set.Config.expand(s, set.Env)
		if err != nil {
			return nil, err
		}
		h, err := emitter.NewHeader(name, value)
		if err != nil {
			return nil, set.Config.errorAt(s, err)
		}
		headers = append(headers, h)
	}
	for _, header := range f.headers {
		name, value, ok := strings.Cut(header, ":")
		if !ok {
			return nil, fmt.Errorf("header %q has no colon; write 'Name: value'", header)
		}
		h, err := emitter.NewHeader(name, strings.TrimSpace(value))
		if err != nil {
			return nil, err
		}
		headers = append(headers, h)
	}
	return headers, nil
}
