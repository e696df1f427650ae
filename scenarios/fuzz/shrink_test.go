package fuzz

import (
	"cmp"
	"errors"
	"flag"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// sample is the data that TestShrinkingAgainstRapid shrinks: what an answer consists of, as numbers.
type sample struct {
	Kind   int
	Number uint64
	Text   []uint64
}

// The limits of a sample.
const (
	maxSamples = 12
	maxKind    = 3
	maxNumber  = 1 << 40
	maxText    = 300
	maxLetter  = 1000
)

// chosenSamples generates samples from choices, as the generators of events do.
func chosenSamples(c *choices) []sample {
	var samples []sample
	c.list(0, maxSamples, shortLists, func(int) {
		s := sample{Kind: c.index(maxKind + 1), Number: c.number(maxNumber)}
		c.list(0, maxText, func(r *rand.Rand) uint64 { return randomNumber(r, maxText, []uint64{256}) }, func(int) {
			s.Text = append(s.Text, c.number(maxLetter))
		})
		samples = append(samples, s)
	})
	return samples
}

// rapidSamples generates the same samples with rapid.
func rapidSamples() *rapid.Generator[[]sample] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sample {
		return sample{
			Kind:   rapid.IntRange(0, maxKind).Draw(t, "kind"),
			Number: rapid.Uint64Range(0, maxNumber).Draw(t, "number"),
			Text:   rapid.SliceOfN(rapid.Uint64Range(0, maxLetter), 0, maxText).Draw(t, "text"),
		}
	}), 0, maxSamples)
}

// plantedMistakes are the mistakes that both engines look for.
var plantedMistakes = []struct {
	name  string
	fails func([]sample) bool
}{
	{"one letter", any1(func(s sample) bool { return slices.Contains(s.Text, 10) })},
	{"a long text", any1(func(s sample) bool { return len(s.Text) > 20 })},
	{"a large number", any1(func(s sample) bool { return s.Number > 1<<31 })},
	{"a kind", any1(func(s sample) bool { return s.Kind == 2 })},
	{"an odd number of a kind", any1(func(s sample) bool { return s.Kind == 3 && s.Number%2 == 1 && s.Number > 500 })},
	{"two letters in order", any1(func(s sample) bool {
		i := slices.IndexFunc(s.Text, func(letter uint64) bool { return letter > 900 })
		return i >= 0 && slices.ContainsFunc(s.Text[i:], func(letter uint64) bool { return letter < 100 })
	})},
	{"five samples", func(all []sample) bool { return len(all) > 4 }},
	{"falling numbers", func(all []sample) bool {
		return !slices.IsSortedFunc(all, func(a, b sample) int { return cmp.Compare(a.Number, b.Number) })
	}},
	{"two kinds", func(all []sample) bool {
		return any1(func(s sample) bool { return s.Kind == 1 })(all) && any1(func(s sample) bool { return s.Kind == 3 })(all)
	}},
	{"a long text in all", func(all []sample) bool { return sizeOf(all)[1] > 15 }},
}

// any1 returns a mistake that one sample shows.
func any1(fails func(sample) bool) func([]sample) bool {
	return func(all []sample) bool { return slices.ContainsFunc(all, fails) }
}

// sizeOf returns the number of samples, of letters, and the sum of all numbers. Compare orders sizes.
func sizeOf(all []sample) []uint64 {
	size := []uint64{uint64(len(all)), 0, 0}
	for _, s := range all {
		size[1] += uint64(len(s.Text))
		size[2] += uint64(s.Kind) + s.Number
		for _, letter := range s.Text {
			size[2] += letter
		}
	}
	return size
}

// TestShrinkingAgainstRapid compares the smallest samples of this package with those of pgregory.net/rapid, for the same property and
// the same mistakes. It is not parallel, since it sets flags of rapid.
func TestShrinkingAgainstRapid(t *testing.T) {
	for name, value := range map[string]string{"rapid.seed": "1", "rapid.checks": "5000", "rapid.nofailfile": "true"} {
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range plantedMistakes {
		t.Run(m.name, func(t *testing.T) {
			ours, err := shrunk(m.fails)
			if err != nil {
				t.Fatal(err)
			}
			theirs := shrunkByRapid(t, m.fails)
			t.Logf("%v, rapid %v", ours, theirs)
			if slices.Compare(sizeOf(ours), sizeOf(theirs)) > 0 {
				t.Errorf("the smallest samples are %v with the size %v, those of rapid %v with %v", ours, sizeOf(ours), theirs, sizeOf(theirs))
			}
		})
	}
}

// shrunk returns the smallest samples that the shrinker of this package finds.
func shrunk(fails func([]sample) bool) ([]sample, error) {
	for n := range uint64(5000) {
		first := &choices{random: rand.New(rand.NewPCG(1, n))}
		if !fails(chosenSamples(first)) {
			continue
		}
		s := &shrinker{
			best: first, tried: map[string]bool{},
			generate: func(values []uint64) *choices {
				c := &choices{replay: values}
				chosenSamples(c)
				return c
			},
			fails: func(values []uint64) bool { return fails(chosenSamples(&choices{replay: values})) },
		}
		s.shrink()
		return chosenSamples(&choices{replay: s.best.values()}), nil
	}
	return nil, errors.New("none of 5000 examples fails")
}

// shrunkByRapid returns the smallest samples that rapid finds: the last ones that fail.
func shrunkByRapid(t *testing.T, fails func([]sample) bool) (smallest []sample) {
	failed := &failingTest{T: t}
	func() {
		defer func() {
			if r := recover(); r != nil && r != failed {
				panic(r)
			}
		}()
		rapid.Check(failed, func(t *rapid.T) {
			if samples := rapidSamples().Draw(t, "samples"); fails(samples) {
				smallest = samples
				t.Fatal("the mistake shows")
			}
		})
	}()
	if !failed.failed {
		t.Fatal("rapid finds nothing")
	}
	return smallest
}

// failingTest is a test that may fail.
type failingTest struct {
	*testing.T
	failed bool
}

func (f *failingTest) Log(...any)            {}
func (f *failingTest) Logf(string, ...any)   {}
func (f *failingTest) Error(...any)          { f.failed = true }
func (f *failingTest) Errorf(string, ...any) { f.failed = true }
func (f *failingTest) Fail()                 { f.failed = true }
func (f *failingTest) Failed() bool          { return f.failed }
func (f *failingTest) FailNow()              { panic(f) }
func (f *failingTest) Fatal(...any)          { f.failed = true; panic(f) }
func (f *failingTest) Fatalf(string, ...any) { f.failed = true; panic(f) }
