package format

import (
	"reflect"

	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// Parse reads a scenario from YAML. name is the file's, for faults; nothing is opened. The error is nil or [Faults]: all
// faults of the file. Of a file that includes others, the order of its steps is left to [Load], which knows them all.
func Parse(name string, data []byte) (*File, error) {
	f, faults := parse(name, data)
	if len(f.Include) == 0 && checkWork(f, &faults) {
		checkSequence(f.Steps, &faults)
	}
	f.roots = rootsOf(name, "")
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return f, nil
}

// parse reads as much of a file as can be read. The file is never nil.
func parse(name string, data []byte) (*File, yamlfile.Diagnostics) {
	d := &decoder{Reader: yamlfile.NewReader(name, data), fields: map[reflect.Type][]field{}}
	f := &File{Place: yamlfile.Place{File: name, Line: 1, Column: 1}}
	if body := d.Document("scenario", "name and steps"); body != nil {
		d.value(body, reflect.ValueOf(f).Elem(), "the scenario")
		f.other = !looksLikeScenario(body)
	}
	return f, d.Problems
}

// looksLikeScenario reports whether a document has a name, and steps or includes.
func looksLikeScenario(body ast.Node) bool {
	m, ok := body.(*ast.MappingNode)
	if !ok {
		return false
	}
	keys := map[string]bool{}
	for _, pair := range m.Values {
		if key, ok := yamlfile.Scalar(pair.Key); ok {
			keys[key] = true
		}
	}
	return keys["name"] && (keys["steps"] || keys["include"])
}
