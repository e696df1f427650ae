package explain

// cost is how unlikely a mistake is. The costs of combined mistakes add up.
type cost uint8

const (
	likely  cost = 1
	seldom  cost = 2
	rare    cost = 3
	maxCost cost = 3 // of the mistakes in one part of a guess: the body, the URL, the secret or the message
)

// mistake is one thing that programs, proxies and people do wrong with a T: a body, a URL, a secret, or how they are put
// together. It is a row of docs/signature.md.
type mistake[T comparable] struct {
	id      string // stable; mistakes of one kind share it
	what    string // what is signed because of the mistake: "the body without the white space at its end"
	why     string // the cause
	symptom string // how to recognise the mistake; "" if the mistake is a variant of the one before it in its list
	fix     fixID
	cost    cost
	do      func(T) (T, bool) // makes the mistake; false if it changes nothing
}

// step is a mistake that led to a candidate.
type step struct {
	id, what, why string
	fix           fixID
	from          string // of a restored body, the text that contains it in another form
}

// candidate is a possible body, URL, secret or message form.
type candidate[T comparable] struct {
	value T
	cost  cost
	steps []step
}

// then returns the candidate after one more step.
func (c candidate[T]) then(value T, more cost, s step) candidate[T] {
	steps := append(make([]step, 0, len(c.steps)+1), c.steps...)
	return candidate[T]{value, c.cost + more, append(steps, s)}
}

func (c candidate[T]) has(id string) bool {
	for i := range c.steps {
		if c.steps[i].id == id {
			return true
		}
	}
	return false
}

// byCost holds candidates by their cost.
type byCost[T comparable] [maxCost + 1][]candidate[T]

func (l *byCost[T]) len() int {
	n := 0
	for _, list := range l {
		n += len(list)
	}
	return n
}

// expansion bounds how many candidates are derived.
type expansion[T comparable] struct {
	most     int               // candidates
	bytes    int               // their total size; 0 is no bound
	size     func(T) int       // the size of one
	repeated func(string) bool // reports whether mistakes of this id may be combined with each other
}

// expand returns the seeds and what mistakes make of them, alone and combined, up to maxCost.
func expand[T comparable](seeds []candidate[T], mistakes []mistake[T], bound expansion[T]) *byCost[T] {
	var all byCost[T]
	seen := map[T]cost{}
	cheaper := func(value T, paid cost) bool {
		before, known := seen[value]
		return paid <= maxCost && (!known || paid < before)
	}
	n, bytes := 0, 0
	add := func(c candidate[T]) {
		if !cheaper(c.value, c.cost) {
			return
		}
		seen[c.value] = c.cost
		all[c.cost] = append(all[c.cost], c)
		n++
		if bound.size != nil {
			bytes += bound.size(c.value)
		}
	}
	for _, seed := range seeds {
		add(seed)
	}
	for paid := range all {
		for i := 0; i < len(all[paid]); i++ { // the list grows only at higher costs
			from := all[paid][i]
			for j := range mistakes {
				m := &mistakes[j]
				if n >= bound.most || bound.bytes > 0 && bytes >= bound.bytes {
					return &all
				}
				if from.cost+m.cost > maxCost || from.has(m.id) && (bound.repeated == nil || !bound.repeated(m.id)) {
					continue
				}
				if value, ok := m.do(from.value); ok && cheaper(value, from.cost+m.cost) {
					add(from.then(value, m.cost, step{id: m.id, what: m.what, why: m.why, fix: m.fix}))
				}
			}
		}
	}
	return &all
}
