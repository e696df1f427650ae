package settings

import (
	"bytes"
	"io"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"
)

// configFiles are files with the decision of reader and schema. Both must make the same one.
var configFiles = []struct {
	name, file string
	good       bool
}{
	{"empty map", "{}", true},
	{"no values", "defaults:\nwebhooks:\n", true},
	{"every default", `defaults:
  {bot: travel, ca_cert: ca.pem, edition: 2022, history: h.db, insecure: true, retries: 3, retry_delay: 1s500ms, scheme: body,
   secret: 12, seed: 18446744073709551615, timeout: 1.5m}`, true},
	{"quoted numbers", `defaults: {edition: "2019", retries: "3", seed: "7"}`, true},
	{"variables", "defaults: {edition: '${E}', retries: '${N}', timeout: '${D}', insecure: '${B}', scheme: '${S}', secret: 'a${E}b'}", true},
	{"keys without values", "defaults: {edition: , timeout: }", true},
	{"a webhook", "webhooks: [{name: crm, url: 'http://localhost:3000/hook'}]", true},
	{"every key of a webhook", `webhooks:
  - {name: crm, url: ":3000", sign_url: "https://crm.example/hook", secret: s, events: [created, LeadUpdated, "lead:completed"],
     scheme: url, edition: 2019, headers: {X-A: 1, X-B: b}}`, true},
	{"two webhooks", "webhooks: [{name: a, url: ':1'}, {name: b, url: ':2'}]", true},

	{"a list", "[]", false},
	{"a text", "artihook", false},
	{"unknown key", "webhook: []", false},
	{"unknown default", "defaults: {time_out: 1s}", false},
	{"defaults as a list", "defaults: [bot]", false},
	{"list for a value", "defaults: {bot: [a]}", false},
	{"map for a value", "defaults: {secret: {file: a}}", false},
	{"unknown edition", "defaults: {edition: 2020}", false},
	{"unknown scheme", "defaults: {scheme: sha1}", false},
	{"negative retries", "defaults: {retries: -1}", false},
	{"retries as a text", "defaults: {retries: many}", false},
	{"seed with a fraction", "defaults: {seed: 1.5}", false},
	{"duration without a unit", "defaults: {timeout: 30}", false},
	{"no duration", "defaults: {retry_delay: soon}", false},
	{"no boolean", "defaults: {insecure: maybe}", false},
	{"webhooks as a map", "webhooks: {crm: {url: ':1'}}", false},
	{"an empty entry", "webhooks: [null]", false},
	{"no name", "webhooks: [{url: ':1'}]", false},
	{"an empty name", "webhooks: [{name: '', url: ':1'}]", false},
	{"unknown key of a webhook", "webhooks: [{name: a, url: ':1', event: [created]}]", false},
	{"unknown event", "webhooks: [{name: a, url: ':1', events: [deleted]}]", false},
	{"one event without a list", "webhooks: [{name: a, url: ':1', events: created}]", false},
	{"headers as a list", "webhooks: [{name: a, url: ':1', headers: ['X-A: 1']}]", false},
	{"scheme of a webhook", "webhooks: [{name: a, url: ':1', scheme: none}]", false},
	{"edition of a webhook", "webhooks: [{name: a, url: ':1', edition: 22}]", false},
}

// TestConfigSchemaAgreesWithTheReader compares the schema with the reader, which checks values when a command uses them.
func TestConfigSchemaAgreesWithTheReader(t *testing.T) {
	t.Parallel()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(ConfigSchema().Encode()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(ConfigSchema().ID(), document); err != nil {
		t.Fatal(err)
	}
	schema := compiler.MustCompile(ConfigSchema().ID())
	for _, tt := range configFiles {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := useConfig(tt.file); (err == nil) != tt.good {
				t.Errorf("the reader returns %v, want no error: %v", err, tt.good)
			}
			asJSON, err := yaml.YAMLToJSON([]byte(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(value); (err == nil) != tt.good {
				t.Errorf("the schema returns %v, want no error: %v", err, tt.good)
			}
		})
	}
}

// useConfig reads a file and uses all its settings.
func useConfig(file string) error {
	c, err := parseConfig(ConfigName, []byte(file))
	if err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	values := map[string]string{"E": "2022", "N": "1", "D": "1s", "B": "true", "S": "url"}
	set := &Settings{
		Config: c, ConfigFile: ConfigName, Stdin: bytes.NewReader(nil), Notef: func(string, ...any) {},
		Env: func(name string) (string, bool) { value, ok := values[name]; return value, ok },
	}
	cmd := &cobra.Command{Use: "send"}
	cmd.SetOut(io.Discard)
	webhook, client, conversation, recorded := &WebhookFlags{}, &ClientFlags{}, &ConversationFlags{}, &HistoryFlags{}
	webhook.Add(cmd)
	client.Add(cmd)
	conversation.Add(cmd)
	recorded.Add(cmd)
	set.ChangedFlags, set.SetFlags = map[string]bool{}, map[string]bool{}
	if err := set.applyConfig(cmd); err != nil {
		return err
	}
	if _, err := webhook.Resolve(set, &WebhookConfig{}, "http://localhost/"); err != nil {
		return err
	}
	if len(c.Webhooks) > 0 {
		_, err = webhook.All(set)
	}
	return err
}
