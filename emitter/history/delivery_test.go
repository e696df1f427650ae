package history

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"artihook/emitter/exchange"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// deliverySchema returns the compiled JSON Schema of a delivery.
func deliverySchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(DeliverySchema().Encode()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(DeliverySchema().ID(), document); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile(DeliverySchema().ID())
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func TestDeliveryJSON(t *testing.T) {
	t.Parallel()
	full := *sample()
	full.ID, full.State = 42, Done
	full.Time = noon.In(time.FixedZone("", 3600))
	full.Status, full.Duration = 204, 3100*time.Microsecond
	full.Response = &exchange.Response{Status: 204, Headers: []exchange.Header{{Name: "Server", Value: "<x>"}}, Truncated: true}
	cases := map[string]struct {
		delivery Delivery
		want     string
	}{
		"done": {full, `{"id":42,"time":"2024-03-01T12:00:00.123456Z","webhook":"crm","url":"http://localhost:8000/hook",` +
			`"sign_url":"https://hooks.example/hook","event":"lead:updated","lead":"` + leadA + `","version":2,"attempt":1,` +
			`"status":204,"error":"","duration_ms":3.1,` +
			`"request":{"method":"POST","headers":{"Host":["hooks.example"],"User-Agent":["artibot-api"],"Content-Length":["19"],` +
			`"x-artibot-signature":["AB"]},"body":"{\"name\":\"Zoë <b>\"}"},` +
			`"response":{"headers":{"Server":["<x>"]},"body":"","truncated":true},` +
			`"bot":"sales","edition":"2019","scheme":"url"}`},
		"failed": {
			Delivery{Time: noon.Truncate(time.Second), State: Done, Error: "refused", Reason: "nothing listens there"},
			`{"id":0,"time":"2024-03-01T12:00:00.000000Z","webhook":"","url":"","sign_url":"","event":"","lead":"","version":0,"attempt":0,` +
				`"status":0,"error":"refused","duration_ms":0,"request":{"method":"POST","headers":{"Host":[""],"Content-Length":["0"]},"body":""},` +
				`"response":null,"reason":"nothing listens there"}`,
		},
		"planned": {
			Delivery{Time: noon, State: Planned},
			`{"id":0,"time":"2024-03-01T12:00:00.123456Z","webhook":"","url":"","sign_url":"","event":"","lead":"","version":0,"attempt":0,` +
				`"status":0,"error":"","duration_ms":0,"request":{"method":"POST","headers":{"Host":[""],"Content-Length":["0"]},"body":""},` +
				`"response":null,"state":"planned"}`,
		},
	}
	schema := deliverySchema(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := c.delivery.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Error(diff)
			}
			var line bytes.Buffer // of history export
			c.delivery.Seed, c.delivery.Request.Target = 1<<60, "/hook"
			if err := WriteLine(&line, &c.delivery); err != nil {
				t.Fatal(err)
			}
			var document any
			for _, object := range [][]byte{line.Bytes(), got} {
				if document, err = jsonschema.UnmarshalJSON(bytes.NewReader(object)); err != nil {
					t.Fatal(err)
				}
				if err := schema.Validate(document); err != nil {
					t.Error(err)
				}
			}
			document.(map[string]any)["other"] = 1
			if schema.Validate(document) == nil {
				t.Error("the schema accepts an unknown key")
			}
		})
	}
}

// TestDeliverySchemaAgreesWithTheReader compares the schema with ReadLines. The reader accepts more: lines of older versions have
// fewer keys, and those of newer versions other keys.
func TestDeliverySchemaAgreesWithTheReader(t *testing.T) {
	t.Parallel()
	const good = `{"id":1,"time":"2024-03-01T12:00:00Z","webhook":"crm","url":"http://localhost/","sign_url":"http://localhost/","event":"lead:created",` +
		`"lead":"a","version":1,"attempt":1,"status":204,"error":"","duration_ms":3.1,"request":{"method":"POST","headers":{"A":["b"]},"body":"{}"},` +
		`"response":{"headers":{},"body_base64":"/w==","truncated":false},"seed":"7"}`
	schema := deliverySchema(t)
	for _, c := range []struct {
		old, changed string
		good         bool
	}{
		{"", "", true},
		{`"status":204,"error":""`, `"status":0,"error":"refused"`, true},
		{`{"headers":{},"body_base64":"/w==","truncated":false}`, `null`, true},
		{`"body":"{}"`, `"body_base64":""`, true},
		{`"seed":"7"`, `"seed":"18446744073709551615","status_line":"HTTP/1.1 204 x"`, true},

		{good, `[]`, false},
		{good, `{}`, false},
		{`"id":1`, `"id":"1"`, false},
		{`"id":1`, `"id":1.5`, false},
		{`"2024-03-01T12:00:00Z"`, `"yesterday"`, false},
		{`"2024-03-01T12:00:00Z"`, `1709294400`, false},
		{`"webhook":"crm"`, `"webhook":["crm"]`, false},
		{`"status":204`, `"status":"204"`, false},
		{`"status":204`, `"status":-1`, false},
		{`"status":204`, `"status":1000`, false},
		{`"duration_ms":3.1`, `"duration_ms":"3.1"`, false},
		{`{"method":"POST","headers":{"A":["b"]},"body":"{}"}`, `"POST"`, false},
		{`{"A":["b"]}`, `{"A":"b"}`, false},
		{`{"A":["b"]}`, `{"A":[1]}`, false},
		{`"body":"{}"`, `"body":{}`, false},
		{`"body":"{}"`, `"body":"{}","body_base64":"e30="`, false},
		{`"/w=="`, `"/w"`, false},
		{`"/w=="`, `"*"`, false},
		{`"truncated":false`, `"truncated":"no"`, false},
		{`"seed":"7"`, `"seed":7`, false},
		{`"seed":"7"`, `"seed":"-7"`, false},
		{`"seed":"7"`, `"raw_request_base64":"*"`, false},
	} {
		line := strings.Replace(good, c.old, c.changed, 1)
		for _, err := range ReadLines(strings.NewReader(line)) {
			if (err == nil) != c.good {
				t.Errorf("the reader returns %v for %s", err, c.changed)
			}
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); (err == nil) != c.good {
			t.Errorf("the schema returns %v for %s", err, c.changed)
		}
	}
}
