package scenarios

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"artihook/emitter/payload"
	"artihook/fixtures"
)

// maxFile bounds what is read from a file that a scenario names, in bytes.
const maxFile = 64 << 20

// bots are the bots of a run, each read once.
type bots struct {
	mu   sync.Mutex
	read map[string]*fixtures.Bot
}

func newBots() *bots { return &bots{read: map[string]*fixtures.Bot{}} }

// get returns a ready bot by its name, or the bot of a file, seen from the folder of the scenario f.
func (b *bots) get(name string, f *File) (*fixtures.Bot, error) {
	isFile := strings.ContainsAny(name, `./\`)
	if isFile && !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(f.File), name)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if bot := b.read[name]; bot != nil {
		return bot, nil
	}
	bot, err := loadBot(name, isFile, f.roots)
	if err == nil {
		b.read[name] = bot
	}
	return bot, err
}

func loadBot(name string, isFile bool, below roots) (*fixtures.Bot, error) {
	if !isFile {
		return fixtures.LoadBot(name)
	}
	text, err := below.read(name, maxFile)
	if err != nil {
		return nil, fmt.Errorf("%.200q cannot be read: %s", name, reason(err))
	}
	return fixtures.ParseBot(name, text)
}

// recipe is what a generator is made from. Generators are kept, since making one takes longer than making an event.
type recipe struct {
	bot      string
	edition  payload.Edition
	prepared bool
	answers  string // fields and texts, each ended by a zero byte
}

// with lends a generator to use.
func (p *play) with(r recipe, use func(*fixtures.Generator) error) error {
	p.mu.Lock()
	pool := p.generators[r]
	if pool == nil {
		pool = new(sync.Pool)
		p.generators[r] = pool
	}
	p.mu.Unlock()
	g, ok := pool.Get().(*fixtures.Generator)
	if !ok {
		bot, err := p.bots.get(r.bot, p.file)
		if err != nil {
			return err
		}
		g, err = fixtures.NewGenerator(bot, fixtures.Options{Edition: r.edition, Answers: given(r.answers), Prepared: r.prepared})
		if err != nil {
			return err
		}
	}
	defer pool.Put(g)
	return use(g)
}

// given undoes the joining of recipe.answers.
func given(joined string) []fixtures.Given {
	var list []fixtures.Given
	parts := strings.Split(joined, "\x00")
	for i := 0; i+1 < len(parts); i += 2 {
		list = append(list, fixtures.Given{Field: parts[i], Text: parts[i+1]})
	}
	return list
}

// joined fills in the variables of answers and joins them for a recipe.
func (s *scope) joined(answers Map[Text]) (string, error) {
	var b strings.Builder
	for _, a := range answers {
		field, err := s.vars.expand(a.Key)
		if err != nil {
			return "", s.p.fault(a.Place, err)
		}
		text, err := s.vars.expand(a.Value.Value)
		if err != nil {
			return "", s.p.fault(a.Value.Place, err)
		}
		if strings.Contains(field+text, "\x00") {
			return "", s.p.fault(a.Place, errors.New("an answer cannot hold a zero byte"))
		}
		b.WriteString(field + "\x00" + text + "\x00")
	}
	return b.String(), nil
}
