package payload

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// Set puts a value at a path of a finished body and leaves the rest as it stands. The path is sjson's: lead.version,
// lead.data.Email.value, a dot in a name as \. ; what it leads to may be new, but not the object around it, so that a
// misspelt path is an error.
func Set(body []byte, path string, value Raw) ([]byte, error) {
	if err := parentExists(body, path); err != nil {
		return nil, err
	}
	return sjson.SetRawBytes(body, path, []byte(value))
}

// Unset takes what stands at a path out of a finished body.
func Unset(body []byte, path string) ([]byte, error) {
	if !gjson.GetBytes(body, path).Exists() {
		return nil, errors.New("the body has no such path")
	}
	return sjson.DeleteBytes(body, path)
}

// parentExists keeps sjson from making up objects on the way to a misspelt path.
func parentExists(body []byte, path string) error {
	parent, last := splitPath(path)
	if last == "" {
		return errors.New("the path ends in a dot")
	}
	in := gjson.ParseBytes(body)
	if parent != "" {
		in = in.Get(parent)
	}
	switch {
	case !in.Exists():
		return fmt.Errorf("the body has no %q", parent)
	case !in.IsObject() && !in.IsArray():
		return fmt.Errorf("%q is neither an object nor an array", parent)
	}
	return nil
}

// splitPath cuts a path at its last dot that is not escaped.
func splitPath(path string) (parent, last string) {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' && path[i-1] != '\\' {
			return path[:i], path[i+1:]
		}
	}
	return "", path
}
