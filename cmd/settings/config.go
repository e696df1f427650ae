package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"artihook/emitter/text"
	"artihook/fixtures/yamlfile"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// ConfigName is the usual name of the configuration file.
const ConfigName = "artihook.yaml"

// Config is the content of artihook.yaml: webhooks, and defaults of flags. The zero value is no file. The tags describe the keys for
// the reader and for [ConfigSchema].
type Config struct {
	File     string // "" when there is none
	Defaults struct {
		Bot        Setting `yaml:"bot" form:"text" doc:"The bot: the name of a ready bot, or a file relative to this one."`
		CACert     Setting `yaml:"ca_cert" form:"text" doc:"A PEM file with certificates to trust instead of those of the system, relative to this file."`
		Cert       Setting `yaml:"cert" form:"text" doc:"A PEM file with the client certificate, relative to this file."`
		Edition    Setting `yaml:"edition" form:"edition" doc:"The payload edition, 2019 or 2022."`
		History    Setting `yaml:"history" form:"text" doc:"The file of the history, relative to this file."`
		Insecure   Setting `yaml:"insecure" form:"flag" doc:"Accept any TLS certificate."`
		Key        Setting `yaml:"key" form:"text" doc:"A PEM file with the key of the client certificate, relative to this file."`
		Proxy      Setting `yaml:"proxy" form:"text" doc:"The URL of the proxy to send through."`
		Retries    Setting `yaml:"retries" form:"count" doc:"How often to send again after a failure that may be temporary."`
		RetryDelay Setting `yaml:"retry_delay" form:"duration" doc:"The pause before the first retry, such as 1s."`
		Scheme     Setting `yaml:"scheme" form:"scheme" doc:"The signature scheme, url or body."`
		Secret     Setting `yaml:"secret" form:"text" doc:"The secret of webhooks that have none. Write ${VARIABLE} to keep it out of the file."`
		Seed       Setting `yaml:"seed" form:"count" doc:"The seed of everything random."`
		Timeout    Setting `yaml:"timeout" form:"duration" doc:"The time limit for one attempt, to the last byte of the response, such as 30s."`
	} `yaml:"defaults" doc:"Settings for all commands and webhooks. A flag or its environment variable overrides them."`
	Webhooks []WebhookConfig `yaml:"webhooks" doc:"The webhooks of the account."`
}

// WebhookConfig is a webhook of artihook.yaml, with the fields of the webhook settings page of ArtiBot.
type WebhookConfig struct {
	Name    Setting            `yaml:"name" need:"yes" form:"name" doc:"The name of the webhook, for --webhook and the history."`
	URL     Setting            `yaml:"url" form:"text" doc:"The Payload URL."`
	SignURL Setting            `yaml:"sign_url" form:"text" doc:"Sign for this public URL while connecting to url."`
	Secret  Setting            `yaml:"secret" form:"text" doc:"The secret. Write ${VARIABLE} to keep it out of the file."`
	Events  []Setting          `yaml:"events" form:"event" doc:"The events that the webhook receives: created, updated, completed. Default: all."`
	Scheme  Setting            `yaml:"scheme" form:"scheme" doc:"The signature scheme, url or body."`
	Edition Setting            `yaml:"edition" form:"edition" doc:"The payload edition, 2019 or 2022."`
	Headers map[string]Setting `yaml:"headers" form:"text" doc:"Headers to add or replace, by name."`
}

// Setting is one value of artihook.yaml with its position. The zero value is a setting that the file does not have.
type Setting struct {
	Text string
	at   *token.Position
}

func (s Setting) given() bool { return s.at != nil }

// UnmarshalYAML reads any scalar as text: 2022 and "2022" are the same edition.
func (s *Setting) UnmarshalYAML(node ast.Node) error {
	s.at = node.GetToken().Position
	switch n := node.(type) {
	case *ast.NullNode:
		*s = Setting{}
	case *ast.StringNode:
		s.Text = n.Value
	case *ast.LiteralNode:
		s.Text = n.Value.Value
	case *ast.TagNode:
		return s.UnmarshalYAML(n.Value)
	case ast.ScalarNode:
		s.Text = n.GetToken().Value
	default:
		return &settingError{s.at}
	}
	return nil
}

// settingError is a list or a map in place of a single value.
type settingError struct{ at *token.Position }

func (e *settingError) Error() string { return "want one value here, not a list or a map" }

// errorAt returns err as a *yamlfile.Diagnostic with the position of the setting.
func (c *Config) errorAt(s Setting, err error) error {
	return &yamlfile.Diagnostic{File: c.File, Line: s.at.Line, Column: s.at.Column, Problem: err.Error()}
}

var variable = text.Regexp(`\$\{([^}]*)\}`)

// expand replaces ${VAR} from the environment. Only used settings are expanded, so that a missing variable of one webhook does not
// affect the others.
func (c *Config) expand(s Setting, env func(string) (string, bool)) (string, error) {
	if open := strings.LastIndex(s.Text, "${"); open >= 0 && !strings.Contains(s.Text[open:], "}") {
		return "", c.errorAt(s, errors.New("a ${ is never closed; write ${VARIABLE}"))
	}
	var missing error
	text := variable().ReplaceAllStringFunc(s.Text, func(match string) string {
		name := match[2 : len(match)-1]
		value, ok := env(name)
		if !ok && missing == nil {
			missing = c.errorAt(s, fmt.Errorf("the environment variable %q is not set", name))
		}
		return value
	})
	return text, missing
}

// webhook returns the entry with this name.
func (c *Config) webhook(name string) (*WebhookConfig, error) {
	names := c.webhookNames()
	if i := slices.Index(names, name); i >= 0 {
		return &c.Webhooks[i], nil
	}
	switch {
	case c.File == "":
		return nil, fmt.Errorf("unknown webhook %q: there is no %s here; name one with --config", name, ConfigName)
	case len(names) == 0:
		return nil, fmt.Errorf("unknown webhook %q: %s lists none", name, c.File)
	}
	return nil, fmt.Errorf("unknown webhook %q; %s has %s", name, c.File, strings.Join(names, ", "))
}

// webhookNames returns the names of the webhooks, in their order.
func (c *Config) webhookNames() []string {
	names := make([]string, len(c.Webhooks))
	for i := range c.Webhooks {
		names[i] = c.Webhooks[i].Name.Text
	}
	return names
}

// Settings are the combined settings of command line, environment and artihook.yaml. Set Env, Now, Stdin and Notef, then call Resolve.
type Settings struct {
	ConfigFile   string          // --config; "" looks for artihook.yaml
	Verbose      bool            // note the file that was found
	ChangedFlags map[string]bool // flags on the command line
	SetFlags     map[string]bool // flags on the command line or in the environment

	Env   func(name string) (string, bool)
	Now   func() time.Time
	Stdin io.Reader
	Notef func(format string, args ...any) // prints a note for people

	Config    Config // artihook.yaml; zero if there is none
	stdinRead bool
}

// readConfig reads the file of --config, or the one that findConfig finds. Without one, the config is empty.
func (set *Settings) readConfig() (Config, error) {
	path, read := set.ConfigFile, readFile
	if path == "" {
		path, read = findConfig(), readFoundConfig
	}
	if path == "" {
		return Config{}, nil
	}
	text, err := read(path)
	if err != nil {
		return Config{}, err
	}
	if set.Verbose && set.ConfigFile == "" && filepath.IsAbs(path) {
		set.Notef("using the settings of %s", path)
	}
	c, err := parseConfig(path, text)
	if err != nil {
		return Config{}, err
	}
	return c, c.check()
}

// parseConfig reads a configuration. The error is [yamlfile.Diagnostics]; it quotes keys only, since a value may be a secret.
func parseConfig(path string, data []byte) (Config, error) {
	c := Config{File: path}
	data, _ = text.Decode(data)
	r := yamlfile.NewReader(path, data)
	body := r.Document("configuration", "")
	if body != nil {
		checkNode(r, body, reflect.TypeFor[Config](), "the file")
	}
	if err := r.Diagnostics.Err(); err != nil || body == nil {
		return c, err
	}
	err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&c)
	if err == nil {
		return c, nil
	}
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		at := located.GetToken().Position
		r.Diagnostics.Add(yamlfile.Place{File: path, Line: at.Line, Column: at.Column}, "", "this key takes another kind of value")
	} else {
		r.Fail(body, "", "this is not the YAML of an %s", ConfigName)
	}
	return Config{}, r.Diagnostics.Err()
}

// checkNode adds a problem for each key that t does not have and for each value of another kind. what names the node. The
// decoder checks aliases and merge keys.
func checkNode(r *yamlfile.Reader, n ast.Node, t reflect.Type, what string) {
	switch v := n.(type) {
	case *ast.AnchorNode:
		checkNode(r, v.Value, t, what)
		return
	case *ast.TagNode:
		checkNode(r, v.Value, t, what)
		return
	case nil, *ast.AliasNode, *ast.NullNode:
		return
	}
	switch {
	case t == reflect.TypeFor[Setting]():
		if _, ok := yamlfile.Scalar(n); !ok {
			r.Fail(n, "", "%s takes one value, not %s", what, yamlfile.Kind(n))
		}
	case t.Kind() == reflect.Slice:
		list, ok := n.(*ast.SequenceNode)
		if !ok {
			r.Fail(n, "", "%s takes a list, not %s", what, yamlfile.Kind(n))
			return
		}
		for _, entry := range list.Values {
			if entry.Type() == ast.NullType {
				r.Fail(entry, "", "an entry of %s is empty", what)
			}
			checkNode(r, entry, t.Elem(), "an entry of "+what)
		}
	default:
		checkMap(r, n, t, what)
	}
}

// checkMap is checkNode for a struct, whose keys are known, and for a map.
func checkMap(r *yamlfile.Reader, n ast.Node, t reflect.Type, what string) {
	values := map[string]reflect.Type{}
	var known []string
	if t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			if key := f.Tag.Get("yaml"); key != "" {
				values[key], known = f.Type, append(known, key)
			}
		}
	}
	named := t != reflect.TypeFor[WebhookConfig]()
	before := len(r.Diagnostics)
	seen := map[string]bool{}
	for _, pair := range r.Pairs(n, what, "keys and values") {
		if pair.Key.Type() == ast.MergeKeyType {
			named = true // perhaps: check looks again
			continue
		}
		key, ok := r.Key(pair, seen)
		if !ok {
			continue
		}
		named = named || key == "name" && pair.Value.Type() != ast.NullType
		value, ok := values[key]
		switch {
		case t.Kind() == reflect.Map:
			value = t.Elem()
		case !ok:
			unknown := text.Unknown(fmt.Sprintf("unknown key %.60q in %s", key, what), key, known)
			r.Fail(pair.Key, unknown.Near, "%s", unknown.Problem)
			continue
		}
		checkNode(r, pair.Value, value, key)
	}
	if !named && len(r.Diagnostics) == before { // an unknown key may be the name misspelt
		r.Fail(n, "", "this webhook has no name; add name: NAME")
	}
}

// check returns an error if two webhooks have the same name or one has none. An entry is checked when it is used.
func (c *Config) check() error {
	seen := map[string]bool{}
	for i := range c.Webhooks {
		name := c.Webhooks[i].Name
		switch {
		case name.Text == "":
			err := fmt.Errorf("webhook number %d has no name", i+1)
			if name.given() {
				return c.errorAt(name, err)
			}
			return &yamlfile.Diagnostic{File: c.File, Line: 1, Column: 1, Problem: err.Error()} // an alias or a merge key has no place of its own
		case seen[name.Text]:
			return c.errorAt(name, fmt.Errorf("a second webhook is named %q", name.Text))
		}
		seen[name.Text] = true
	}
	return nil
}

// WebhookNames returns the names of the webhooks of the file, for shell completion.
func (set *Settings) WebhookNames() []string {
	c, err := set.readConfig()
	if err != nil {
		return nil
	}
	var names []string
	for i := range c.Webhooks {
		names = append(names, c.Webhooks[i].Name.Text)
	}
	return names
}
