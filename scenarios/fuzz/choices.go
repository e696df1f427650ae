package fuzz

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
)

// choices is the sequence of numbers that an example is generated from. Generating is a function of this sequence, so that a smaller
// sequence is a smaller example: a shorter one, or one with smaller numbers. 0 is always the plainest choice, and a sequence that has
// ended continues with 0. This is the method of Hypothesis.
type choices struct {
	replay []uint64   // the choices to repeat
	random *rand.Rand // makes the choices after them; nil chooses 0
	forced []uint64   // the next random choices
	made   []choice
	lists  []list
}

// choice is a number below limit. hints are plain numbers that are worth a try in place of a large one.
type choice struct {
	value, limit uint64
	hints        []uint64
}

// list has the positions in choices.made of the number of elements above least, and of the start of each element and the end of the
// last one.
type list struct {
	count  int
	starts []int
}

func (c *choices) choose(limit uint64, draw func(*rand.Rand) uint64) uint64 {
	var value uint64
	switch {
	case len(c.made) < len(c.replay):
		value = c.replay[len(c.made)]
	case c.random == nil:
	case len(c.forced) > 0:
		value, c.forced = c.forced[0], c.forced[1:]
	default:
		value = draw(c.random)
	}
	value = min(value, limit-1)
	c.made = append(c.made, choice{value: value, limit: limit})
	return value
}

// hint sets the hints of the last choice.
func (c *choices) hint(hints ...uint64) { c.made[len(c.made)-1].hints = hints }

// index chooses a number below n.
func (c *choices) index(n int) int {
	return int(c.choose(uint64(n), func(r *rand.Rand) uint64 { return r.Uint64N(uint64(n)) }))
}

// weighted chooses an index of weights, in proportion to the weights.
func (c *choices) weighted(weights ...int) int {
	return int(c.choose(uint64(len(weights)), func(r *rand.Rand) uint64 {
		total := 0
		for _, w := range weights {
			total += w
		}
		at := r.IntN(total)
		for i, w := range weights {
			if at -= w; at < 0 {
				return uint64(i)
			}
		}
		return 0
	}))
}

// rarely chooses true once in n times.
func (c *choices) rarely(n int) bool { return c.weighted(n-1, 1) == 1 }

// number chooses a number up to most: one of sizes, or any of a random magnitude.
func (c *choices) number(most uint64, sizes ...uint64) uint64 {
	return c.choose(most+1, func(r *rand.Rand) uint64 { return randomNumber(r, most, sizes) })
}

func randomNumber(r *rand.Rand, most uint64, sizes []uint64) uint64 {
	if len(sizes) > 0 && r.IntN(2) == 0 {
		return min(most, sizes[r.IntN(len(sizes))])
	}
	return r.Uint64N(most>>r.IntN(64) + 1)
}

// seldom chooses 0 except once in n times, and then as number does.
func (c *choices) seldom(n int, most uint64, sizes ...uint64) uint64 {
	return c.choose(most+1, func(r *rand.Rand) uint64 {
		if r.IntN(n) > 0 {
			return 0
		}
		return randomNumber(r, most, sizes)
	})
}

// list chooses a number of elements from least to most and calls element for each. draw returns a random number of elements above
// least.
func (c *choices) list(least, most int, draw func(*rand.Rand) uint64, element func(i int)) {
	l := list{count: len(c.made)}
	n := least + int(c.choose(uint64(most-least+1), draw))
	for i := range n {
		l.starts = append(l.starts, len(c.made))
		element(i)
	}
	if n > least {
		l.starts = append(l.starts, len(c.made))
		c.lists = append(c.lists, l)
	}
}

// geometric draws 0 most often, 1 half as often, and so on.
func geometric(r *rand.Rand) uint64 {
	n := uint64(0)
	for r.IntN(2) == 0 {
		n++
	}
	return n
}

// values returns the choices that were made, without zeros at the end.
func (c *choices) values() []uint64 {
	values := make([]uint64, len(c.made))
	for i, made := range c.made {
		values[i] = made.value
	}
	return trimZeros(values)
}

func trimZeros(values []uint64) []uint64 {
	for len(values) > 0 && values[len(values)-1] == 0 {
		values = values[:len(values)-1]
	}
	return values
}

// smaller reports whether a is shorter than b, or as long and with the smaller first number that differs.
func smaller(a, b []uint64) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return slices.Compare(a, b) < 0
}

// idVersion is the first character of an id. It changes when the same choices generate another example.
const idVersion = "a"

// maxChoices is the maximum number of choices in an id.
const maxChoices = 10_000

// encodeID returns choices as a text for a command line. A number of zeros is written as 0 and the number.
func encodeID(values []uint64) string {
	var bytes []byte
	for i := 0; i < len(values); i++ {
		bytes = binary.AppendUvarint(bytes, values[i])
		if values[i] != 0 {
			continue
		}
		zeros := uint64(1)
		for ; values[i+1] == 0; i++ { // the last number is not 0
			zeros++
		}
		bytes = binary.AppendUvarint(bytes, zeros)
	}
	return idVersion + base64.RawURLEncoding.EncodeToString(bytes)
}

// errID is the error of an id that encodeID did not return.
var errID = errors.New("it is not the id of a failure; copy the id from the output of fuzz of this version")

// CheckID returns an error if no failure has this id.
func CheckID(id string) error {
	_, err := decodeID(id)
	return err
}

func decodeID(id string) ([]uint64, error) {
	if len(id) < len(idVersion) || id[:len(idVersion)] != idVersion {
		return nil, errID
	}
	bytes, err := base64.RawURLEncoding.DecodeString(id[len(idVersion):])
	if err != nil {
		return nil, errID
	}
	var values []uint64
	zeros := false // the next number is how many
	for len(bytes) > 0 {
		v, n := binary.Uvarint(bytes)
		if n <= 0 || len(values) >= maxChoices || zeros && v > maxChoices {
			return nil, errID
		}
		bytes = bytes[n:]
		switch {
		case zeros:
			values, zeros = append(values, make([]uint64, v)...), false
		case v == 0:
			zeros = true
		default:
			values = append(values, v)
		}
	}
	return trimZeros(values), nil
}
