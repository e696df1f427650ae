package scenarios

import (
	"errors"
	"fmt"
	"io"
	"os"
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

// get gives a ready bot by its name, or one of a file, seen from the folder of the scenario.
func (b *bots) get(name, folder string) (*fixtures.Bot, error) {
	isFile := strings.ContainsAny(name, `./\`)
	if isFile && !filepath.IsAbs(name) {
		name = filepath.Join(folder, name)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if bot := b.read[name]; bot != nil {
		return bot, nil
	}
	bot, err := loadBot(name, isFile)
	if err == nil {
		b.read[name] = bot
	}
	return bot, err
}

func loadBot(name string, isFile bool) (*fixtures.Bot, error) {
	if !isFile {
		return fixtures.LoadBot(name)
	}
	text, err := readFile(name)
	if err != nil {
		return nil, err
	}
	return fixtures.ParseBot(name, text)
}

// readFile reads a file of a bounded size.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%.200q cannot be read: %s", name, reason(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%.200q cannot be read: %s", name, reason(err))
	}
	if len(text) > maxFile {
		return nil, fmt.Errorf("%.200q is longer than %d MiB", name, maxFile>>20)
	}
	return text, nil
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
		bot, err := p.bots.get(r.bot, filepath.Dir(p.file.File))
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
