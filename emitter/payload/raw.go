package payload

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Raw is JSON text in Newtonsoft's spelling, as [ParseRaw] returns it. It is the value of answers whose type is not in the
// contract.
type Raw string

// ParseRaw returns JSON in the spelling of Newtonsoft.Json after it has parsed and written a text: compact, with keys in
// their order, integers unchanged, and doubles and escapes in its own form. Strings that look like dates keep their
// spelling, since ArtiBot stores them as text. It returns an error for invalid JSON, for a key that occurs twice in one
// object (Newtonsoft would drop one) and for a double out of range.
func ParseRaw(text []byte) (Raw, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	dst, err := appendValue(nil, dec)
	if err != nil {
		return "", err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("invalid JSON: more follows the first value, at byte %d", dec.InputOffset())
	}
	return Raw(dst), nil
}

func appendValue(dst []byte, dec *json.Decoder) ([]byte, error) {
	token, err := nextToken(dec)
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return appendObject(dst, dec)
		}
		return appendArray(dst, dec)
	case string:
		return AppendString(dst, v), nil
	case json.Number:
		return appendNumber(dst, v.String())
	case bool:
		return strconv.AppendBool(dst, v), nil
	default:
		return append(dst, "null"...), nil
	}
}

func appendObject(dst []byte, dec *json.Decoder) ([]byte, error) {
	dst = append(dst, '{')
	seen := map[string]bool{}
	for dec.More() {
		token, err := nextToken(dec)
		if err != nil {
			return nil, err
		}
		key := token.(string) // the decoder guarantees it
		if seen[key] {
			return nil, fmt.Errorf("the key %q occurs twice in one object; Newtonsoft.Json would drop one", key)
		}
		if len(seen) > 0 {
			dst = append(dst, ',')
		}
		seen[key] = true
		if dst, err = appendValue(append(AppendString(dst, key), ':'), dec); err != nil {
			return nil, err
		}
	}
	_, err := nextToken(dec)
	return append(dst, '}'), err
}

func appendArray(dst []byte, dec *json.Decoder) ([]byte, error) {
	dst = append(dst, '[')
	for first := true; dec.More(); first = false {
		if !first {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendValue(dst, dec); err != nil {
			return nil, err
		}
	}
	_, err := nextToken(dec)
	return append(dst, ']'), err
}

// nextToken returns the next token. Its error has the position, and no Go terms for an early end.
func nextToken(dec *json.Decoder) (json.Token, error) {
	token, err := dec.Token()
	switch {
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("invalid JSON: it ends too early, after %d bytes", dec.InputOffset())
	case err != nil:
		return nil, fmt.Errorf("invalid JSON near byte %d: %w", dec.InputOffset(), err)
	}
	return token, nil
}

func appendNumber(dst []byte, text string) ([]byte, error) {
	if !strings.ContainsAny(text, ".eE") {
		if text == "-0" {
			text = "0"
		}
		return append(dst, text...), nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("the number %s is out of a double's range", text)
	}
	return appendDouble(dst, f), nil
}
