package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
)

// savedEntry holds the fields of a HAR entry that make a request (HAR 1.2).
type savedEntry struct {
	Request *struct {
		Method   string
		URL      string
		Headers  []struct{ Name, Value string }
		PostData *struct {
			Text string
			// HAR has no encoding for request bodies. Tools put "base64" into one of these fields.
			Encoding       string
			CustomEncoding string `json:"_encoding"`
			Comment        string
		}
	}
}

// looksLikeHAR reports whether the text is a HAR file or an entry of one, and not other JSON.
func looksLikeHAR(text []byte) bool {
	var file struct {
		Log     *struct{ Entries []json.RawMessage }
		Request *struct{ Method, URL string }
	}
	if json.Unmarshal(text, &file) != nil {
		return bytes.Contains(text, []byte(`"entries"`)) && bytes.Contains(text, []byte(`"log"`))
	}
	return file.Log != nil && file.Log.Entries != nil || file.Request != nil && file.Request.Method != "" && file.Request.URL != ""
}

// ReadHAR returns the requests of a HAR file in order, or the request of a single entry. It decodes bodies in base64.
func ReadHAR(text []byte) ([]Recording, error) {
	var file struct {
		Log *struct{ Entries []savedEntry }
		savedEntry
	}
	if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &file); err != nil {
		return nil, fmt.Errorf("reading a HAR file: it is not valid HAR; export it again: %w", err)
	}
	entries := []savedEntry{file.savedEntry}
	if file.Log != nil {
		entries = file.Log.Entries
	}
	var recordings []Recording
	for i, entry := range entries {
		if entry.Request == nil {
			continue
		}
		r, err := entry.recording()
		if err != nil {
			return nil, fmt.Errorf("reading a HAR file: entry %d: %w", i+1, err)
		}
		recordings = append(recordings, r)
	}
	if len(recordings) == 0 {
		return nil, fmt.Errorf("reading a HAR file: %w", errNoRequest)
	}
	return recordings, nil
}

func (e *savedEntry) recording() (Recording, error) {
	r := Recording{URL: e.Request.URL, Request: Request{Method: strings.ToUpper(e.Request.Method)}}
	if r.Request.Method != "" && !isToken(r.Request.Method) {
		return r, fmt.Errorf("method %q, want a method such as POST", shorten(r.Request.Method))
	}
	for _, h := range e.Request.Headers {
		switch {
		case strings.EqualFold(h.Name, "Host"), h.Name == ":authority":
			r.Request.Host = h.Value
		case isToken(h.Name):
			r.Request.Headers = append(r.Request.Headers, Header{h.Name, cleanValue(h.Value)})
		}
	}
	post := e.Request.PostData
	switch {
	case post == nil:
	case post.Encoding == "base64" || post.CustomEncoding == "base64" || post.Comment == "base64":
		body, err := base64.StdEncoding.DecodeString(post.Text)
		if err != nil {
			return r, fmt.Errorf("decoding its body from base64: %w", err)
		}
		r.Request.Body = body
	default:
		r.Request.Body = []byte(post.Text)
	}
	return r, nil
}
