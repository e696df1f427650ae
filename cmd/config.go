package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// configName is the usual name of the configuration file; findConfig says where it is found.
const configName = "artihook.yaml"

// config is artihook.yaml: the webhooks of an account by name, and defaults for the flags.
type config struct {
	file     string // "" when there is none
	Defaults struct {
		Bot        setting `yaml:"bot"`
		CACert     setting `yaml:"ca_cert"`
		Edition    setting `yaml:"edition"`
		History    setting `yaml:"history"`
		Insecure   setting `yaml:"insecure"`
		Retries    setting `yaml:"retries"`
		RetryDelay setting `yaml:"retry_delay"`
		Scheme     setting `yaml:"scheme"`
		Secret     setting `yaml:"secret"`
		Seed       setting `yaml:"seed"`
		Timeout    setting `yaml:"timeout"`
	} `yaml:"defaults"`
	Webhooks []webhookConfig `yaml:"webhooks"`
}

// webhookConfig is one entry of ArtiBot's webhook settings page.
type webhookConfig struct {
	Name    setting            `yaml:"name"`
	URL     setting            `yaml:"url"`
	SignURL setting            `yaml:"sign_url"`
	Secret  setting            `yaml:"secret"`
	Events  []setting          `yaml:"events"`
	Scheme  setting            `yaml:"scheme"`
	Edition setting            `yaml:"edition"`
	Headers map[string]setting `yaml:"headers"`
}

// setting is one value of the file and where it stands. The zero setting is one that is not there.
type setting struct {
	text string
	at   *token.Position
}

func (s setting) given() bool { return s.at != nil }

// UnmarshalYAML takes any scalar as its text: 2022 and "2022" are the same edition.
func (s *setting) UnmarshalYAML(node ast.Node) error {
	s.at = node.GetToken().Position
	switch n := node.(type) {
	case *ast.NullNode:
		*s = setting{}
	case *ast.StringNode:
		s.text = n.Value
	case *ast.LiteralNode:
		s.text = n.Value.Value
	case *ast.TagNode:
		return s.UnmarshalYAML(n.Value)
	case ast.ScalarNode:
		s.text = n.GetToken().Value
	default:
		return &settingError{s.at}
	}
	return nil
}

// settingError is a list or a map where one value belongs.
type settingError struct{ at *token.Position }

func (e *settingError) Error() string { return "want one value here, not a list or a map" }

// errorAt is err with the place of the setting in front.
func (c *config) errorAt(s setting, err error) error {
	return fmt.Errorf("%s:%d:%d: %w", c.file, s.at.Line, s.at.Column, err)
}

var variable = regexp.MustCompile(`\$\{([^}]*)\}`)

// expand fills ${VAR} in from the environment. It is called for what is used only, so that one webhook's missing
// variable does not stop the others.
func (c *config) expand(s setting, env func(string) (string, bool)) (string, error) {
	if open := strings.LastIndex(s.text, "${"); open >= 0 && !strings.Contains(s.text[open:], "}") {
		return "", c.errorAt(s, errors.New("a ${ is never closed; write ${VARIABLE}"))
	}
	var missing error
	text := variable.ReplaceAllStringFunc(s.text, func(match string) string {
		name := match[2 : len(match)-1]
		value, ok := env(name)
		if !ok && missing == nil {
			missing = c.errorAt(s, fmt.Errorf("the environment variable %q is not set", name))
		}
		return value
	})
	return text, missing
}

// webhook gives the entry of that name.
func (c *config) webhook(name string) (*webhookConfig, error) {
	var names []string
	for i := range c.Webhooks {
		if c.Webhooks[i].Name.text == name {
			return &c.Webhooks[i], nil
		}
		names = append(names, c.Webhooks[i].Name.text)
	}
	switch {
	case c.file == "":
		return nil, fmt.Errorf("unknown webhook %q: there is no %s here; name one with --config", name, configName)
	case len(names) == 0:
		return nil, fmt.Errorf("unknown webhook %q: %s lists none", name, c.file)
	}
	return nil, fmt.Errorf("unknown webhook %q; %s has %s", name, c.file, strings.Join(names, ", "))
}

// readConfig reads the file of --config, or the one that findConfig finds. Without one, the config is empty.
func (a *app) readConfig() (config, error) {
	path, read := a.look.config, readFile
	if path == "" {
		path, read = findConfig(), readFoundConfig
	}
	if path == "" {
		return config{}, nil
	}
	text, err := read(path)
	if err != nil {
		return config{}, err
	}
	if a.look.verbose && a.look.config == "" && filepath.IsAbs(path) {
		a.say("the settings of %s are used", path)
	}
	c, err := parseConfig(path, text)
	if err != nil {
		return config{}, err
	}
	return c, c.check()
}

func parseConfig(path string, text []byte) (config, error) {
	c := config{file: path}
	var beyond *yamlfile.LimitError
	if errors.As(yamlfile.Check(text), &beyond) {
		return config{}, fmt.Errorf("%s:%d:%d: %w", path, beyond.Line, beyond.Column, beyond)
	}
	dec := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	err := dec.Decode(&c)
	var located yaml.Error
	var kind *yaml.TypeError
	var node *yaml.UnexpectedNodeTypeError
	var unknown *yaml.UnknownFieldError
	var twice *yaml.DuplicateKeyError
	var ours *settingError
	switch {
	case errors.Is(err, io.EOF):
		return c, nil
	case err == nil:
		if !errors.Is(dec.Decode(new(any)), io.EOF) {
			return config{}, fmt.Errorf("%s: a second document begins in it; there is to be one", path)
		}
		return c, nil
	case errors.As(err, &kind):
		return config{}, fmt.Errorf("%s:%d:%d: this key takes another kind of value", path, kind.Token.Position.Line, kind.Token.Position.Column)
	case errors.As(err, &node):
		at := node.GetToken().Position
		return config{}, fmt.Errorf("%s:%d:%d: this key takes another kind of value", path, at.Line, at.Column)
	case errors.As(err, &ours):
		return config{}, fmt.Errorf("%s:%d:%d: %w", path, ours.at.Line, ours.at.Column, ours)
	case errors.As(err, &located) && located.GetToken() != nil:
		at := located.GetToken().Position
		problem := "this is not valid YAML; a value that begins with a sign, or holds ': ' or ' #', takes quotes"
		if errors.As(err, &unknown) || errors.As(err, &twice) {
			problem = located.GetMessage() // others may quote a value, and so a secret
		}
		return config{}, fmt.Errorf("%s:%d:%d: %s", path, at.Line, at.Column, problem)
	}
	return config{}, fmt.Errorf("%s: this is not the YAML of an %s", path, configName)
}

// check holds the list of webhooks against itself; what an entry says is read when it is used.
func (c *config) check() error {
	seen := map[string]bool{}
	for i := range c.Webhooks {
		name := c.Webhooks[i].Name
		switch {
		case name.text == "":
			return fmt.Errorf("%s: webhook number %d has no name", c.file, i+1)
		case seen[name.text]:
			return c.errorAt(name, fmt.Errorf("a second webhook is named %q", name.text))
		}
		seen[name.text] = true
	}
	return nil
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// plainError cuts the operation and the path off a file error, since the message around it names both.
func plainError(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
