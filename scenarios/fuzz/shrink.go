package fuzz

import (
	"encoding/binary"
	"math"
)

// shrinker looks for the smallest choices that fail. fails sends the example of the choices.
type shrinker struct {
	best     *choices
	generate func(values []uint64) *choices // makes the choices without sending
	fails    func(values []uint64) bool
	tried    map[string]bool // by keyOf
}

// shrink removes and lowers choices until nothing smaller fails.
func (s *shrinker) shrink() {
	for before := []uint64(nil); ; {
		s.cutEnd()
		s.removeElements()
		s.zeroRuns()
		s.lower()
		if now := s.best.values(); before != nil && !smaller(now, before) {
			return
		}
		before = s.best.values()
	}
}

// try replaces best if the choices are smaller and fail.
func (s *shrinker) try(values []uint64) bool {
	best := s.best.values()
	values = trimZeros(values)
	if !smaller(values, best) {
		return false
	}
	made := s.generate(values)
	values = made.values()
	if !smaller(values, best) {
		return false
	}
	key := keyOf(values)
	if s.tried[key] {
		return false
	}
	s.tried[key] = true
	if !s.fails(values) {
		return false
	}
	s.best = made
	return true
}

func keyOf(values []uint64) string {
	var key []byte
	for _, v := range values {
		key = binary.AppendUvarint(key, v)
	}
	return string(key)
}

// cutEnd looks for the shortest start of the choices that fails.
func (s *shrinker) cutEnd() {
	low, high := 0, len(s.best.values()) // a start of high choices fails
	for low < high {
		middle := (low + high) / 2
		if s.try(append([]uint64(nil), s.best.values()[:min(middle, len(s.best.values()))]...)) {
			high = min(middle, len(s.best.values()))
		} else {
			low = middle + 1
		}
	}
}

// removeElements removes elements of lists, many at first.
func (s *shrinker) removeElements() {
	for at := 0; at < len(s.best.lists); at++ {
		n := len(s.best.lists[at].starts) - 1
		for size := n; size > 0; size /= 2 {
			for from := n - size; from >= 0; from -= size {
				if at >= len(s.best.lists) {
					return
				}
				l := s.best.lists[at]
				if from+size >= len(l.starts) || s.try(s.without(l, from, size)) || size < n {
					continue
				}
				// A list of characters is followed by the number of repetitions of the last one.
				if values := s.without(l, 0, size); l.starts[0] < len(values) {
					values[l.starts[0]] = math.MaxUint32
					s.try(values)
				}
			}
		}
	}
}

// without returns the choices without elements of a list.
func (s *shrinker) without(l list, from, size int) []uint64 {
	values := allValues(s.best)
	if uint64(size) > values[l.count] {
		return s.best.values() // the list has a least number of elements
	}
	values[l.count] -= uint64(size)
	return append(values[:l.starts[from]:l.starts[from]], values[l.starts[from+size]:]...)
}

// allValues returns the choices with zeros at the end.
func allValues(c *choices) []uint64 {
	values := make([]uint64, len(c.made))
	for i := range c.made {
		values[i] = c.made[i].value
	}
	return values
}

// zeroRuns sets neighbouring choices to 0.
func (s *shrinker) zeroRuns() {
	for _, size := range []int{16, 4, 2} {
		for at := len(s.best.values()) - size; at >= 0; at-- {
			values := s.best.values()
			if at+size > len(values) {
				continue
			}
			clear(values[at : at+size])
			s.try(values)
		}
	}
}

// lower looks for a smaller number in place of each.
func (s *shrinker) lower() {
	for at := 0; at < len(s.best.values()); at++ {
		with := func(value uint64) bool {
			values := s.best.values()
			if at >= len(values) || value >= values[at] {
				return false
			}
			values[at] = value
			return s.try(values)
		}
		if s.best.made[at].value > 0 && !with(0) && !s.skip(at) {
			s.lowerOne(s.best.made[at], with)
		}
	}
}

// skip sets a choice to 0 and removes the choices that depend on it.
func (s *shrinker) skip(at int) bool {
	for n := 1; n <= maxDependent; n++ {
		values := s.best.values()
		if at+n >= len(values) {
			return false
		}
		values[at] = 0
		if s.try(append(values[:at+1], values[at+1+n:]...)) {
			return true
		}
	}
	return false
}

// maxDependent is the largest number of choices that skip removes.
const maxDependent = 4

// lowerOne tries the hints, then numbers between.
func (s *shrinker) lowerOne(c choice, with func(uint64) bool) {
	for _, hint := range c.hints {
		if hint < c.value && with(hint) {
			c.value = hint
			break
		}
	}
	if c.limit <= fewChoices {
		for value := uint64(1); value < c.value; value++ {
			if with(value) {
				return
			}
		}
		return
	}
	low, high := uint64(1), c.value // high fails
	for low < high {
		middle := low + (high-low)/2
		if with(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
}

// fewChoices is the largest number of alternatives that are all tried.
const fewChoices = 24
