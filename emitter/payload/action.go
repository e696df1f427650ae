package payload

import (
	"fmt"
	"strings"
)

// Action is what happened to a lead. The zero value is no action.
type Action string

// The actions of ArtiBot.
const (
	Created   Action = "created"
	Updated   Action = "updated"
	Completed Action = "completed"
)

// Actions lists every action in the order of a lead's life.
var Actions = [...]Action{Created, Updated, Completed}

// ParseAction parses an action in any of its spellings: "updated" (the payload), "lead:updated" (ArtiBot's Delivery
// History) and "LeadUpdated" (its webhook settings).
func ParseAction(s string) (Action, error) {
	name := strings.ToLower(s)
	for _, prefix := range []string{"lead:", "lead"} {
		name = strings.TrimPrefix(name, prefix)
	}
	for _, a := range Actions {
		if name == string(a) {
			return a, nil
		}
	}
	return "", fmt.Errorf("unknown action %q; it is created, updated or completed", s)
}

// Event returns the name for people: "lead:updated" (docs/contract.md, section 2).
func (a Action) Event() string { return "lead:" + string(a) }
