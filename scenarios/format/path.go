package format

import (
	"fmt"
	"strings"

	"artihook/fixtures/yamlfile"

	"github.com/ohler55/ojg/jp"
)

// Path is a JSONPath (RFC 9535). ${name} is not replaced in it.
type Path struct {
	yamlfile.Place
	Value    string
	compiled jp.Expr // nil only in a file with problems
}

func (p *Path) parse(text, _ string) (err error) {
	p.Value = text
	if !strings.HasPrefix(text, "$") {
		return fmt.Errorf("%.60q is not a JSONPath; it begins with $, such as $.id", text)
	}
	if p.compiled, err = jp.ParseString(text); err != nil {
		return fmt.Errorf("%.60q is not a JSONPath (RFC 9535), such as $.id or $.leads[0].name", text)
	}
	return nil
}

func (*Path) schema(*schemaBuilder, string) map[string]any { return pattern(`^\$`) }

// Find returns the value that the path finds in a JSON body, or a list if it finds several.
func (p *Path) Find(body any) (value any, found bool) {
	switch all := p.All(body); len(all) {
	case 0:
		return nil, false
	case 1:
		return all[0], true
	default:
		return all, true
	}
}

// All returns every value that the path finds in a JSON body.
func (p *Path) All(body any) (all []any) {
	defer func() {
		if recover() != nil { // the JSONPath library can panic on a body from the network
			all = nil
		}
	}()
	return p.compiled.Get(body)
}

// Several reports whether the path can find several values, such as $.leads[*].
func (p *Path) Several() bool {
	for _, fragment := range p.compiled {
		switch fragment.(type) {
		case jp.Root, jp.At, jp.Child, jp.Nth:
		default:
			return true
		}
	}
	return false
}
