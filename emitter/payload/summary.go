package payload

import "encoding/json"

// Summary is what a delivery's line says of its body. Zero fields are unknown.
type Summary struct {
	Event   string // "lead:updated"
	Lead    string // the lead's id
	Version int
}

// Summarize reads the summary off any body, right or wrong: what cannot be read stays zero.
func Summarize(body []byte) Summary {
	var w struct {
		Resource, Action any
		ResourceID       any `json:"resource_id"`
		ResourceVersion  any `json:"resource_version"`
	}
	if json.Unmarshal(body, &w) != nil {
		return Summary{}
	}
	var s Summary
	resource, _ := w.Resource.(string)
	if action, ok := w.Action.(string); ok && resource != "" {
		s.Event = resource + ":" + action
	}
	s.Lead, _ = w.ResourceID.(string)
	if version, ok := w.ResourceVersion.(float64); ok {
		s.Version = int(version)
	}
	return s
}

// Summary gives the same of an event.
func (e *Event) Summary() Summary {
	return Summary{Event: e.Action.Event(), Lead: e.Lead.ID.String(), Version: e.Lead.Version}
}
