package payload

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
)

// maxRestored is the maximum number of bodies that Restore returns.
const maxRestored = 64

// Restore returns the bodies that ArtiBot may have sent for an event whose JSON another program has parsed and written
// again, the most likely first. It restores the order of the keys and of the answers, the doubles, and the spelling of
// strings. The newest answer is the last one in created and updated (docs/contract.md, section 2), so several orders are
// possible. It returns nothing if the body is not an event.
func Restore(body []byte) [][]byte {
	e, err := Decode(body)
	if err != nil {
		return nil
	}
	restoreValues(e.Lead.Data)
	var bodies [][]byte
	for _, data := range possibleOrders(&e) {
		e.Lead.Data = data
		restored := e.AppendJSON(nil)
		if !slices.ContainsFunc(bodies, func(b []byte) bool { return bytes.Equal(b, restored) }) {
			bodies = append(bodies, restored)
		}
		if len(bodies) == maxRestored {
			break
		}
	}
	return bodies
}

// restoreValues restores the form of the values of number, date_time and address answers. Most JSON writers write 4.0 as 4,
// and some change the order of keys.
func restoreValues(data []Answer) {
	for i := range data {
		raw, isRaw := data[i].Value.(Raw)
		if !isRaw {
			continue
		}
		switch typed := typedValue(data[i].Type, []byte(raw)); data[i].Type {
		case TypeNumber:
			if typed != nil && IsNumber(string(raw)) {
				data[i].Value = typed
			}
		case TypeDateTime, TypeAddress:
			if typed != nil && sameMembers([]byte(raw), typed.appendJSON(nil)) {
				data[i].Value = typed
			}
		}
	}
}

// sameMembers reports whether two JSON objects have the same members in any order.
func sameMembers(a, b []byte) bool {
	var x, y map[string]any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// possibleOrders returns the orders that the answers can have had, the most likely first: as they are, all in stored order,
// and in stored order with one answer last.
func possibleOrders(e *Event) [][]Answer {
	given := e.Lead.Data
	stored := StoredOrder(slices.Clone(given))
	newest := slices.IndexFunc(stored, func(a Answer) bool { return a.Field == e.Meta.LastAnswered })
	orders := [][]Answer{withLast(stored, newest), given, stored}
	if e.Action == Completed {
		orders[0], orders[2] = orders[2], orders[0]
	}
	for i := range stored {
		orders = append(orders, withLast(stored, i))
	}
	return orders
}

// withLast returns the answers with the one at i moved to the end. It changes nothing if i is negative.
func withLast(answers []Answer, i int) []Answer {
	if i < 0 {
		return answers
	}
	return append(slices.Delete(slices.Clone(answers), i, i+1), answers[i])
}
