package payload

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"artihook/emitter/text"

	"github.com/tidwall/gjson"
	"github.com/tidwall/sjson"
)

// Set sets the value at a path of an encoded body and leaves the rest unchanged. The path has the syntax of sjson:
// lead.version, lead.data.Email.value, with a dot in a name as \. . The key may be new, but the object around it must
// exist, and the top level gets no new key, so that a misspelt path is an error. The error names the nearest path.
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

// parentExists returns an error if the object around a path, or a key of the top level, is missing. sjson would create it.
func parentExists(body []byte, path string) error {
	parent, last := splitPath(path)
	if last == "" {
		return errors.New("the path ends in a dot")
	}
	in := gjson.ParseBytes(body)
	if parent != "" {
		in = in.Get(parent)
	} else if !in.Get(path).Exists() {
		return noPath(body, path)
	}
	switch {
	case !in.Exists():
		return noPath(body, parent)
	case !in.IsObject() && !in.IsArray():
		return fmt.Errorf("%q is neither an object nor an array", parent)
	case in.IsArray():
		return indexFits(len(in.Array()), parent, last)
	}
	return nil
}

// indexFits returns an error if an index is beyond the end of an array. sjson would fill the array up to it.
func indexFits(length int, array, index string) error {
	if n, err := strconv.Atoi(index); err != nil || n < -1 || n > length {
		return fmt.Errorf("%q is an array of %d; want an index from 0 to %d, or -1 to append", array, length, length)
	}
	return nil
}

// noPath returns the error for a path that the body does not have. It names a path that ends in the same key, or the nearest one.
func noPath(body []byte, path string) error {
	_, last := splitPath(path)
	known := paths(gjson.ParseBytes(body), "", 3)
	near := text.Nearest(path, known)
	for _, k := range known {
		if _, key := splitPath(k); near == "" && strings.EqualFold(key, last) {
			near = k
		}
	}
	if near == "" {
		return fmt.Errorf("the body has no %q", path)
	}
	return fmt.Errorf("the body has no %q; did you mean %s?", path, near)
}

// paths returns the paths of the objects and values in v, down to a depth.
func paths(v gjson.Result, prefix string, depth int) (list []string) {
	if !v.IsObject() || depth == 0 {
		return nil
	}
	v.ForEach(func(key, value gjson.Result) bool {
		path := prefix + strings.ReplaceAll(key.String(), ".", `\.`)
		list = append(list, path)
		list = append(list, paths(value, path+".", depth-1)...)
		return true
	})
	return list
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

// ParseValue returns a value for Set, as a person writes it: JSON, otherwise a string.
func ParseValue(text string) (Raw, error) {
	if gjson.Valid(text) {
		return ParseRaw([]byte(text))
	}
	return Raw(AppendString(nil, text)), nil
}
