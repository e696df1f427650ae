package openapi

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"artihook/emitter/payload"
	"artihook/emitter/signature"
)

func samples(t *testing.T) map[payload.Action][]byte {
	t.Helper()
	files := map[payload.Action]string{payload.Updated: "2022-updated.json", payload.Completed: "2022-completed.json"}
	bodies := map[payload.Action][]byte{}
	for action, name := range files {
		body, err := os.ReadFile(filepath.Join("../payload/testdata/samples", name))
		if err != nil {
			t.Fatal(err)
		}
		bodies[action] = body
	}
	return bodies
}

func TestDocumentIsValid(t *testing.T) {
	t.Parallel()
	questions := []payload.Question{
		{Field: "a/b ~c", Type: payload.TypeMultipleChoice, Choices: []string{"x", "y"}},
		{Field: "n", Type: payload.TypeNumber},
		{Field: "s", Type: "stars"},
		{Field: "v", Type: payload.TypeText, Custom: true},
	}
	for name, opt := range map[string]Options{
		"2019": {}, "2022": {Edition: payload.Edition2022, Examples: samples(t)}, "bot": {Questions: questions},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			document, err := libopenapi.NewDocument(Document(opt))
			if err != nil {
				t.Fatal(err)
			}
			model, err := document.BuildV3Model()
			if err != nil {
				t.Fatal(err)
			}
			if n := model.Model.Webhooks.Len(); n != len(payload.Actions) {
				t.Errorf("%d webhooks", n)
			}
			if problems := model.Index.GetReferenceIndexErrors(); len(problems) > 0 {
				t.Error(problems)
			}
			v, problems := validator.NewValidator(document)
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if ok, problems := v.ValidateDocument(); !ok {
				for _, p := range problems {
					t.Errorf("%s: %s", p.Message, p.Reason)
				}
			}
		})
	}
}

// TestExampleIsSigned verifies the signature in the summary of an example.
func TestExampleIsSigned(t *testing.T) {
	t.Parallel()
	bodies := samples(t)
	var document struct {
		Webhooks map[string]struct {
			Post struct {
				RequestBody struct {
					Content map[string]struct {
						Examples map[string]struct {
							Summary string
							Value   json.RawMessage
						}
					}
				}
			}
		}
	}
	if err := json.Unmarshal(Document(Options{Edition: payload.Edition2022, Examples: bodies}), &document); err != nil {
		t.Fatal(err)
	}
	for action, body := range bodies {
		example := document.Webhooks[string(action)].Post.RequestBody.Content["application/json"].Examples[string(action)]
		raw, err := payload.ParseRaw(example.Value) // the document indents it
		if err != nil || string(raw) != string(body) {
			t.Errorf("%s: the example is not the body: %v\n%s", action, err, raw)
		}
		_, header, _ := strings.Cut(example.Summary, exampleURL+": ")
		if !signature.Verify(signature.NewSecret(exampleSecret), signature.SchemeURL, signature.Message{URL: exampleURL, Body: body}, header) {
			t.Errorf("%s: %q is not the signature of the example", action, header)
		}
	}
}
