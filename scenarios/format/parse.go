package format

import (
	"errors"
	"reflect"
	"strings"
	"unicode/utf8"

	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// notYAML is the only word about broken YAML: the parser's own messages quote the file, and so may quote a secret.
const notYAML = "this is not valid YAML; a value that begins with a sign, or holds ': ' or ' #', takes quotes"

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
func parse(name string, data []byte) (*File, Diagnostics) {
	d := &decoder{file: name, source: strings.Split(string(data), "\n"), fields: map[reflect.Type][]field{}}
	f := &File{Place: Place{name, 1, 1}}
	if body := d.document(data); body != nil {
		d.value(body, reflect.ValueOf(f).Elem(), "the scenario")
		f.other = !looksLikeScenario(body)
	}
	return f, d.faults
}

// looksLikeScenario reports whether a document has a name, and steps or includes.
func looksLikeScenario(body ast.Node) bool {
	m, ok := body.(*ast.MappingNode)
	if !ok {
		return false
	}
	keys := map[string]bool{}
	for _, pair := range m.Values {
		if key, ok := scalarText(pair.Key); ok {
			keys[key] = true
		}
	}
	return keys["name"] && (keys["steps"] || keys["include"])
}

// document parses the YAML, which must be one document.
func (d *decoder) document(data []byte) ast.Node {
	if !utf8.Valid(data) {
		d.notText(data)
		return nil
	}
	if deepest, _ := nesting(data); deepest > maxNesting {
		d.fault(nil, "", "brackets stand in brackets more than %d deep", maxNesting)
		return nil
	}
	file, err := yamlfile.Parse(data, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case body != nil:
			d.fault(doc.Body, "", "a second document begins here; a file holds one scenario")
			return nil
		default:
			body = doc.Body
		}
	}
	if body == nil {
		d.fault(nil, "", "the file is empty; a scenario has at least name and steps")
	}
	return body
}

// nesting counts how deep brackets stand in brackets at most, wherever they stand, and how many are open at the end.
func nesting(data []byte) (deepest, depth int) {
	for _, b := range data {
		switch b {
		case '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return deepest, depth
}

func (d *decoder) syntax(err error) {
	at := Place{d.file, 1, 1}
	var beyond *yamlfile.LimitError
	if errors.As(err, &beyond) {
		at.Line, at.Column = d.source.inside(beyond.Line, beyond.Column)
		d.faults.add(at, "", "%s", beyond.Problem)
		return
	}
	var placed yaml.Error
	if errors.As(err, &placed) {
		if t := placed.GetToken(); t != nil && t.Position != nil {
			at.Line, at.Column = d.source.inside(t.Position.Line, t.Position.Column)
		}
	}
	d.faults.add(at, "", notYAML)
}

func (d *decoder) notText(data []byte) {
	good := 0
	for good < len(data) {
		r, size := utf8.DecodeRune(data[good:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		good += size
	}
	before := strings.Split(string(data[:good]), "\n")
	line, column := d.source.inside(len(before), utf8.RuneCountInString(before[len(before)-1])+1)
	d.faults.add(Place{d.file, line, column}, "", "the file is not UTF-8 text")
}

// source is the lines of a file.
type source []string

// inside keeps a place within the file: the parser counts past the end of some.
func (s source) inside(line, column int) (int, int) {
	line = min(max(line, 1), len(s))
	return line, min(max(column, 1), utf8.RuneCountInString(s[line-1])+1)
}
