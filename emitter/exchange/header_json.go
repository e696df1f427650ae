package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"artihook/emitter/text"
)

// MarshalJSON writes an object that maps each name to an array of its values, in
// the order in which the names first occur.
func (hs Headers) MarshalJSON() ([]byte, error) {
	var names []string
	values := make(map[string][]string, len(hs))
	for _, h := range hs {
		if _, seen := values[h.Name]; !seen {
			names = append(names, h.Name)
		}
		values[h.Name] = append(values[h.Name], h.Value)
	}
	out := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := text.EncodeJSON(name)
		if err != nil {
			return nil, err
		}
		list, err := text.EncodeJSON(values[name])
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), list...)
	}
	return append(out, '}'), nil
}

// UnmarshalJSON reads the output of [Headers.MarshalJSON]. null is no headers.
func (hs *Headers) UnmarshalJSON(data []byte) error {
	*hs = nil
	if string(data) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New(`"headers" is not an object of arrays`)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var values []string
		if err := d.Decode(&values); err != nil {
			return fmt.Errorf("header %s, want an array of strings", strconv.Quote(fmt.Sprint(name)))
		}
		for _, v := range values {
			*hs = append(*hs, Header{fmt.Sprint(name), v})
		}
	}
	return nil
}
