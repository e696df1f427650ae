package payload

import (
	"errors"
	"fmt"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// Set sets the value at a path of an encoded body and leaves the rest unchanged. The path has the syntax of sjson:
// lead.version, lead.data.Email.value, with a dot in a name as \. . The key may be new, but the object around it must
// exist, so that a misspelt path is an error.
func Set(body []byte, path string, value Raw) ([]byte, error) {
	if err := parentExists(body, path); err != nil {
		return nil, err
	}
	return sjson.SetRawBytes(body, path, []byte(value))
}

// Unset removes the value at a path from an encoded body.
func Unset(body []byte, path string) ([]byte, error) {
	if !gjson.GetBytes(body, path).Exists() {
		return nil, errors.New("the body has no such path")
	}
	return sjson.DeleteBytes(body, path)
}

// parentExists returns an error if the object around a path is missing. sjson would create it.
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

// splitPath splits a path at its last dot that is not escaped.
func splitPath(path string) (parent, last string) {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' && path[i-1] != '\\' {
			return path[:i], path[i+1:]
		}
	}
	return "", path
}
