package scenarios

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"artihook/fixtures"
	"artihook/scenarios/format"
)

// botCache reads each bot of a run once.
type botCache struct {
	mu     sync.Mutex
	loaded map[string]*fixtures.Bot
}

func newBotCache() *botCache { return &botCache{loaded: map[string]*fixtures.Bot{}} }

// get returns the ready bot of this name, or the bot in a file, whose path is relative to the scenario f.
func (c *botCache) get(name string, f *format.File) (*fixtures.Bot, error) {
	isFile := strings.ContainsAny(name, `./\`)
	if isFile && !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(f.File), name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if bot := c.loaded[name]; bot != nil {
		return bot, nil
	}
	bot, err := loadBot(name, isFile, f)
	if err == nil {
		c.loaded[name] = bot
	}
	return bot, err
}

func loadBot(name string, isFile bool, f *format.File) (*fixtures.Bot, error) {
	if !isFile {
		return fixtures.LoadBot(name)
	}
	text, err := f.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("%.200q cannot be read: %s", name, err)
	}
	bot, err := fixtures.ParseBot(name, text)
	if err != nil { // the error gets a place in the scenario, so it must be one line
		return nil, errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
	}
	return bot, nil
}
