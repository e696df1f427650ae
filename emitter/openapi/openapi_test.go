package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	schemavalidator "github.com/santhosh-tekuri/jsonschema/v6"

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
			for _, problem := range problems(Document(opt)) {
				t.Error(problem)
			}
		})
	}
}

// problems returns what a validator of OpenAPI reports about a document that must have all webhooks.
func problems(text []byte) (problems []string) {
	document, err := libopenapi.NewDocument(text)
	if err != nil {
		return []string{err.Error()}
	}
	model, err := document.BuildV3Model()
	if err != nil {
		return []string{err.Error()}
	}
	if n := model.Model.Webhooks.Len(); n != len(payload.Actions) {
		problems = append(problems, fmt.Sprintf("%d webhooks", n))
	}
	for _, err := range model.Index.GetReferenceIndexErrors() {
		problems = append(problems, err.Error())
	}
	v, errs := validator.NewValidator(document)
	for _, err := range errs {
		problems = append(problems, err.Error())
	}
	if len(errs) > 0 {
		return problems
	}
	_, found := v.ValidateDocument()
	for _, p := range found {
		problems = append(problems, p.Message+": "+p.Reason)
	}
	return append(problems, schemaProblems(text)...)
}

// schemaProblems returns what a validator of JSON Schema reports about the schemas of the document and about its examples.
func schemaProblems(text []byte) (problems []string) {
	document, err := schemavalidator.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return []string{err.Error()}
	}
	compiler := schemavalidator.NewCompiler()
	if err := compiler.AddResource("urn:openapi", document); err != nil {
		return []string{err.Error()}
	}
	for _, action := range payload.Actions {
		schema, err := compiler.Compile("urn:openapi#/components/schemas/" + typeName(action))
		if err != nil {
			return append(problems, err.Error())
		}
		for _, body := range examples(document, action) {
			if err := schema.Validate(body); err != nil {
				problems = append(problems, err.Error())
			}
		}
	}
	return problems
}

// examples returns the bodies that are examples of a webhook.
func examples(document any, action payload.Action) (bodies []any) {
	for _, key := range []string{"webhooks", string(action), "post", "requestBody", "content", "application/json", "examples"} {
		object, _ := document.(map[string]any)
		document = object[key]
	}
	all, _ := document.(map[string]any)
	for _, example := range all {
		bodies = append(bodies, example.(map[string]any)["value"])
	}
	return bodies
}

// TestBrokenDocuments checks that the validator of TestDocumentIsValid rejects documents with one mistake.
func TestBrokenDocuments(t *testing.T) {
	t.Parallel()
	bodies := samples(t)
	for name, c := range map[string]struct{ old, broken string }{
		"no JSON":                   {`{`, ``},
		"unknown version":           {`"openapi": "3.1.0"`, `"openapi": "4.1.0"`},
		"no title":                  {`"title": "ArtiBot`, `"name": "ArtiBot`},
		"webhooks as a list":        {`"webhooks": {`, `"webhooks": [], "x-webhooks": {`},
		"two webhooks":              {`"created": {`, `"x-created": {`},
		"unknown method":            {`"post": {`, `"send": {`},
		"parameter without a place": {`"in": "header"`, `"in": "head"`},
		"required as a text":        {`"required": true`, `"required": "yes"`},
		"response without a text":   {`"description": "The event was`, `"text": "The event was`},
		"unknown definition":        {`"$ref": "#/components/schemas/Event"`, `"$ref": "#/components/schemas/Events"`},
		"unknown type":              {`"type": "object"`, `"type": "struct"`},
		"an invalid example":        {`"resource": "lead",`, `"resource": "visitor",`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := string(Document(Options{Edition: payload.Edition2022, Examples: bodies}))
			broken := strings.Replace(text, c.old, c.broken, 1)
			if broken == text {
				t.Fatalf("the document has no %s", c.old)
			}
			if problems([]byte(broken)) == nil {
				t.Errorf("the validator accepts a document with %s", c.broken)
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
