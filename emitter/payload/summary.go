package payload

import "encoding/json"

// Summary is the part of an event that identifies it in lists of deliveries. A zero field is unknown.
type Summary struct {
	Event   string // "lead:updated"
	Lead    string // the lead's id
	Version int
}

// Summarize returns the summary of any body, valid or not. A field that cannot be read is zero.
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

// Summary returns the summary of the event's body.
func (e *Event) Summary() Summary {
	return Summary{Event: e.Action.Event(), Lead: e.Lead.ID.String(), Version: e.Lead.Version}
}
