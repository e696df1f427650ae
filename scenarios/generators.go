package scenarios

import (
	"errors"
	"strings"
	"sync"

	"artihook/emitter/payload"
	"artihook/fixtures"
	"artihook/scenarios/format"
)

// generators are the event generators of a scenario. They are reused, because a new one takes longer than generating an event.
type generators struct {
	bots  *botCache
	file  *format.File
	mu    sync.Mutex
	pools map[generatorKey]*sync.Pool
}

// generatorKey identifies the generators that can be used for the same events.
type generatorKey struct {
	bot      string
	edition  payload.Edition
	prepared bool
	answers  string // fields and texts, each followed by a zero byte
}

func newGenerators(bots *botCache, f *format.File) *generators {
	return &generators{bots: bots, file: f, pools: map[generatorKey]*sync.Pool{}}
}

// use calls fn with a generator that nothing else uses until fn returns.
func (g *generators) use(key generatorKey, fn func(*fixtures.Generator) error) error {
	pool := g.pool(key)
	generator, ok := pool.Get().(*fixtures.Generator)
	if !ok {
		bot, err := g.bots.get(key.bot, g.file)
		if err != nil {
			return err
		}
		opts := fixtures.Options{Edition: key.edition, Answers: splitAnswers(key.answers), Prepared: key.prepared}
		if generator, err = fixtures.NewGenerator(bot, opts); err != nil {
			return err
		}
	}
	defer pool.Put(generator)
	return fn(generator)
}

func (g *generators) pool(key generatorKey) *sync.Pool {
	g.mu.Lock()
	defer g.mu.Unlock()
	pool := g.pools[key]
	if pool == nil {
		pool = new(sync.Pool)
		g.pools[key] = pool
	}
	return pool
}

// joinAnswers expands answers and joins them for a generatorKey. Its error has a place in the file.
func (v *variables) joinAnswers(answers format.Map[format.Text]) (string, error) {
	var b strings.Builder
	for _, a := range answers {
		field, err := v.expand(a.Key)
		if err != nil {
			return "", diagnosticAt(a.Place, err)
		}
		text, err := v.expand(a.Value.Value)
		if err != nil {
			return "", diagnosticAt(a.Value.Place, err)
		}
		if strings.Contains(field+text, "\x00") {
			return "", diagnosticAt(a.Place, errors.New("an answer cannot contain a zero byte"))
		}
		b.WriteString(field + "\x00" + text + "\x00")
	}
	return b.String(), nil
}

// splitAnswers is the opposite of joinAnswers.
func splitAnswers(joined string) []fixtures.FixedAnswer {
	var answers []fixtures.FixedAnswer
	parts := strings.Split(joined, "\x00")
	for i := 0; i+1 < len(parts); i += 2 {
		answers = append(answers, fixtures.FixedAnswer{Field: parts[i], Text: parts[i+1]})
	}
	return answers
}
