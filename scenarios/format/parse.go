package format

import (
	"reflect"

	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml/ast"
)

// Parse reads a scenario from YAML. name is the name of the file in problems; Parse opens no file. The error is nil or
// [yamlfile.Diagnostics], with all problems of the file. If the file includes others, only [Load] checks the order of the
// steps.
func Parse(name string, data []byte) (*File, error) {
	f, diags := parse(name, data)
	if len(f.Include) == 0 && checkWork(f, &diags) {
		checkSequence(f.All(), &diags)
	}
	f.roots = rootsOf(name, "")
	if err := diags.Err(); err != nil {
		return nil, err
	}
	return f, nil
}

// parse reads as much of a file as can be read. The file is never nil.
func parse(name string, data []byte) (*File, yamlfile.Diagnostics) {
	d := &decoder{Reader: yamlfile.NewReader(name, data), fields: map[reflect.Type][]field{}}
	f := &File{Place: yamlfile.Place{File: name, Line: 1, Column: 1}}
	if body := d.Document("scenario", "name and steps"); body != nil {
		d.value(body, reflect.ValueOf(f).Elem(), field{key: "the scenario"})
		f.notScenario = !looksLikeScenario(body)
	}
	return f, d.Diagnostics
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
