package check

import (
	"cmp"
	"strings"
)

// Code shows a fix in the languages of the ready receivers (docs/receivers). The zero value means that the fix is not a line
// of code.
type Code struct{ Node, Python, PHP, Go, CSharp string }

// Snippet is code in one language.
type Snippet struct{ Language, Code string }

// Snippets returns the code in each language. It returns nil for the zero Code.
func (c Code) Snippets() []Snippet {
	if c == (Code{}) {
		return nil
	}
	return []Snippet{{"Node", c.Node}, {"Python", c.Python}, {"PHP", c.PHP}, {"Go", c.Go}, {"C#", c.CSharp}}
}

// sameCode returns code that is the same in every language, such as SQL.
func sameCode(text string) Code { return Code{text, text, text, text, text} }

// The code of the fixes. Cases with the same fix use the same variable.
var (
	codeSignMessage = Code{
		Node:   "expected = crypto.createHmac('sha1', secret).update('POST&' + publicUrl + '&').update(rawBody).digest('hex')",
		Python: `expected = hmac.new(secret, b"POST&" + public_url + b"&" + raw_body, hashlib.sha1).hexdigest()`,
		PHP:    `$expected = hash_hmac('sha1', 'POST&' . $publicUrl . '&' . $rawBody, $secret);`,
		Go:     `mac := hmac.New(sha1.New, secret); io.WriteString(mac, "POST&"+publicURL+"&"); mac.Write(rawBody)`,
		CSharp: `var expected = Convert.ToHexString(HMACSHA1.HashData(secret, [.. "POST&"u8, .. publicUrl, .. "&"u8, .. rawBody]));`,
	}
	codeFoldCase = Code{
		Node:   "received = header.toLowerCase()",
		Python: "received = header.lower()",
		PHP:    "$received = strtolower($header);",
		Go:     "received, err := hex.DecodeString(header) // accepts both cases",
		CSharp: "var received = header.ToUpperInvariant();",
	}
	codeCompareAll = Code{
		Node:   "if (received.length !== expected.length || !crypto.timingSafeEqual(received, expected)) return res.status(401).end()",
		Python: "if not hmac.compare_digest(received, expected): return '', 401",
		PHP:    "if (!hash_equals($expected, $received)) { http_response_code(401); exit; }",
		Go:     `if !hmac.Equal(received, expected) { http.Error(w, "wrong signature", http.StatusUnauthorized); return }`,
		CSharp: "if (!CryptographicOperations.FixedTimeEquals(received, expected)) return Results.Unauthorized();",
	}
	codeMissingIsEmpty = Code{
		Node:   "header = req.headers['x-artibot-signature'] || ''",
		Python: `header = request.headers.get("x-artibot-signature", "")`,
		PHP:    "$header = $_SERVER['HTTP_X_ARTIBOT_SIGNATURE'] ?? '';",
		Go:     `header := r.Header.Get("x-artibot-signature") // "" if it is missing`,
		CSharp: `var header = req.Headers["x-artibot-signature"].ToString(); // "" if it is missing`,
	}
	codeDecodeHex = Code{
		Node:   "received = Buffer.from(header, 'hex') // shorter if it is not hex, so that its length differs",
		Python: "received = header.lower().encode() # compare as text, and do not decode it",
		PHP:    "$received = strtolower($header); // compare as text, and do not use hex2bin",
		Go:     "received, _ := hex.DecodeString(header) // shorter if it is not hex, so that hmac.Equal is false",
		CSharp: "var received = Encoding.UTF8.GetBytes(header.ToUpperInvariant()); // compare as text, not Convert.FromHexString",
	}
	codeRawBody = Code{
		Node:   "app.use(express.raw({ type: '*/*', limit: '4mb' })) // verify req.body, then JSON.parse(req.body)",
		Python: "raw_body = request.get_data() # verify it, then json.loads(raw_body)",
		PHP:    "$rawBody = file_get_contents('php://input'); // verify it, then json_decode($rawBody)",
		Go:     "rawBody, err := io.ReadAll(r.Body) // verify it, then json.Unmarshal(rawBody, &event)",
		CSharp: "await req.Body.CopyToAsync(memory); var rawBody = memory.ToArray(); // verify it, then JsonDocument.Parse(rawBody)",
	}
	codePublicOrigin = Code{
		Node:   "url = process.env.PUBLIC_ORIGIN + req.originalUrl",
		Python: `url = os.environ["PUBLIC_ORIGIN"] + request.environ["REQUEST_URI"]`,
		PHP:    "$url = getenv('PUBLIC_ORIGIN') . $_SERVER['REQUEST_URI'];",
		Go:     `url := os.Getenv("PUBLIC_ORIGIN") + r.RequestURI`,
		CSharp: `var url = Environment.GetEnvironmentVariable("PUBLIC_ORIGIN") + features.Get<IHttpRequestFeature>()!.RawTarget;`,
	}
	codeSignMethod = Code{
		Node:   "message = req.method + '&' + url + '&'",
		Python: `message = request.method + "&" + url + "&"`,
		PHP:    "$message = $_SERVER['REQUEST_METHOD'] . '&' . $url . '&';",
		Go:     `message := r.Method + "&" + url + "&"`,
		CSharp: `var message = $"{req.Method}&{url}&";`,
	}
	codeAnswerByName = Code{
		Node:   "answer = event.lead.data[fieldName]",
		Python: `answer = event["lead"]["data"].get(field_name)`,
		PHP:    "$answer = $event['lead']['data'][$fieldName] ?? null;",
		Go:     "answer, ok := event.Lead.Data[fieldName] // map[string]Answer",
		CSharp: "event.Lead.Data.TryGetValue(fieldName, out var answer); // Dictionary<string, Answer>",
	}
	codeOptionalAnswer = Code{
		Node:   "email = event.lead.data['Email']?.value",
		Python: `email = event["lead"]["data"].get("Email", {}).get("value")`,
		PHP:    "$email = $event['lead']['data']['Email']['value'] ?? null;",
		Go:     `if answer, ok := event.Lead.Data["Email"]; ok { lead.Email = answer.Display }`,
		CSharp: `var email = event.Lead.Data.GetValueOrDefault("Email")?.Value;`,
	}
	codeEachAnswer = Code{
		Node:   "for (const [field, answer] of Object.entries(event.lead.data)) store(field, answer)",
		Python: `for field, answer in event["lead"]["data"].items(): store(field, answer)`,
		PHP:    "foreach ($event['lead']['data'] as $field => $answer) { store($field, $answer); }",
		Go:     "for field, answer := range event.Lead.Data { store(field, answer) }",
		CSharp: "foreach (var (field, answer) in event.Lead.Data) Store(field, answer);",
	}
	codeBodyLimit = Code{
		Node:   "express.raw({ type: '*/*', limit: '4mb' })",
		Python: `app.config["MAX_CONTENT_LENGTH"] = 4 * 1024 * 1024`,
		PHP:    "post_max_size = 4M ; php.ini. With nginx: client_max_body_size 4m;",
		Go:     "rawBody, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20))",
		CSharp: "builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = 4 << 20);",
	}
	codeNullPlace = Code{
		Node:   "city = event.meta.location.city ?? ''",
		Python: `city = event["meta"]["location"]["city"] or ""`,
		PHP:    "$city = $event['meta']['location']['city'] ?? '';",
		Go:     "State, City *string // nil if the place is unknown",
		CSharp: "public string? State, City;",
	}
	codeValueByType = Code{
		Node:   "text = typeof answer.value === 'string' ? answer.value : answer.display_value",
		Python: `text = answer["value"] if isinstance(answer["value"], str) else answer["display_value"]`,
		PHP:    "$text = is_string($answer['value']) ? $answer['value'] : $answer['display_value'];",
		Go:     "Value json.RawMessage `json:\"value\"` // decode it by Type, or use Display",
		CSharp: "public JsonElement Value; // use it by Type, or use DisplayValue",
	}
	codeAnyStatus = Code{
		Node:   "active = lead.status === 0 || lead.status === 'active'",
		Python: `active = lead["status"] in (0, "active")`,
		PHP:    "$active = in_array($lead['status'], [0, 'active'], true);",
		Go:     "Status any `json:\"status\"` // float64(0), or \"active\"",
		CSharp: "public JsonElement Status; // 0, or \"active\"",
	}
	codeAcceptUnknown = Code{
		Node:   "z.looseObject({ … }) // zod; with ajv: additionalProperties: true",
		Python: `model_config = ConfigDict(extra="ignore") # pydantic`,
		PHP:    "$event = json_decode($rawBody, true); // read only the keys that you use",
		Go:     "json.Unmarshal(rawBody, &event) // without DisallowUnknownFields",
		CSharp: "options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip;",
	}
	codeBadJSON = Code{
		Node:   "try { event = JSON.parse(rawBody) } catch { return res.status(400).end() }",
		Python: "try: event = json.loads(raw_body)\nexcept ValueError: return '', 400",
		PHP:    "$event = json_decode($rawBody, true); if ($event === null) { http_response_code(400); exit; }",
		Go:     `if json.Unmarshal(rawBody, &event) != nil { http.Error(w, "not JSON", http.StatusBadRequest); return }`,
		CSharp: "try { json = JsonDocument.Parse(rawBody); } catch (JsonException) { return Results.BadRequest(); }",
	}
	codeAllActions = Code{
		Node:   "if (['created', 'updated', 'completed'].includes(event.action)) store(event)",
		Python: `if event["action"] in ("created", "updated", "completed"): store(event)`,
		PHP:    "if (in_array($event['action'], ['created', 'updated', 'completed'], true)) { store($event); }",
		Go:     `switch event.Action { case "created", "updated", "completed": store(event) }`,
		CSharp: `if (event.Action is "created" or "updated" or "completed") Store(event);`,
	}
	codeUpsert       = sameCode("INSERT … ON CONFLICT (lead_id) DO UPDATE SET … WHERE leads.version < excluded.version")
	codeSeenVersions = Code{
		Node:   "key = [event.resource_id, event.resource_version, event.action].join()",
		Python: `key = (event["resource_id"], event["resource_version"], event["action"])`,
		PHP:    "$key = $event['resource_id'] . ',' . $event['resource_version'] . ',' . $event['action'];",
		Go:     "key := seen{event.ResourceID, event.ResourceVersion, event.Action}",
		CSharp: "var key = (event.ResourceId, event.ResourceVersion, event.Action);",
	}
	codeNewerVersion = Code{
		Node:   "if (event.resource_version > lead.version) store(event) // not === lead.version + 1",
		Python: `if event["resource_version"] > lead.version: store(event) # not == lead.version + 1`,
		PHP:    "if ($event['resource_version'] > $lead['version']) { store($event); } // not === $lead['version'] + 1",
		Go:     "if event.ResourceVersion > lead.Version { store(event) } // not == lead.Version+1",
		CSharp: "if (event.ResourceVersion > lead.Version) Store(event); // not == lead.Version + 1",
	}
	codeQueueEvent = Code{
		Node:   "queue.push(event); res.status(204).end()",
		Python: "queue.put(event); return '', 204",
		PHP:    "enqueue($event); http_response_code(204); fastcgi_finish_request();",
		Go:     "queue <- event; w.WriteHeader(http.StatusNoContent)",
		CSharp: "await channel.Writer.WriteAsync(event); return Results.NoContent();",
	}
	codeBothPaths = Code{
		Node:   "app.post(['/hook', '/hook/'], receive)",
		Python: `@app.post("/hook", strict_slashes=False)`,
		PHP:    "rewrite ^/hook/?$ /hook.php last; # nginx",
		Go:     `mux.HandleFunc("POST /hook", receive); mux.HandleFunc("POST /hook/", receive)`,
		CSharp: `app.MapPost("/hook", Receive);`,
	}
	codeShortErrors = Code{
		Node:   "app.use((err, req, res, next) => res.status(err.status || 500).send(err.name))",
		Python: "@app.errorhandler(Exception)\ndef failed(e): return type(e).__name__, getattr(e, 'code', 500)",
		PHP:    "ini_set('display_errors', '0'); ini_set('log_errors', '1');",
		Go:     `http.Error(w, "internal error", http.StatusInternalServerError)`,
		CSharp: "app.UseExceptionHandler(e => e.Run(c => c.Response.WriteAsync(\"internal error\")));",
	}
	codeReadAll = Code{
		Node:   "for await (const chunk of req) chunks.push(chunk)",
		Python: `raw_body = self.rfile.read(int(self.headers["Content-Length"]))`,
		PHP:    "$rawBody = file_get_contents('php://input');",
		Go:     "rawBody, err := io.ReadAll(r.Body)",
		CSharp: "await req.Body.CopyToAsync(memory);",
	}
	codeReleaseAlways = Code{
		Node:   "try { … } finally { connection.release() }",
		Python: "with pool.connection() as connection: …",
		PHP:    "try { … } finally { $connection->close(); }",
		Go:     "defer connection.Release()",
		CSharp: "await using var connection = await source.OpenConnectionAsync();",
	}
	codeUnparsedBody = Code{
		Node:   "if (!Buffer.isBuffer(req.body)) return res.status(415).end()",
		Python: "if not request.is_json: return '', 415",
		PHP:    "if (!str_starts_with($_SERVER['CONTENT_TYPE'] ?? '', 'application/json')) { http_response_code(415); exit; }",
		Go:     `if mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); mediaType != "application/json" { w.WriteHeader(415); return }`,
		CSharp: "if (!req.HasJsonContentType()) return Results.StatusCode(415);",
	}
	codeOnlyPOST = Code{
		Node:   "app.all('/hook', (req, res) => res.set('Allow', 'POST').status(405).end())",
		Python: "def do_GET(self): self.respond(405)",
		PHP:    "if ($_SERVER['REQUEST_METHOD'] !== 'POST') { header('Allow: POST'); http_response_code(405); exit; }",
		Go:     `mux.HandleFunc("POST /hook", receive) // other methods get 405`,
		CSharp: `app.MapPost("/hook", Receive); // other methods get 405`,
	}
	codeKeepOpen = Code{
		Node:   "server.keepAliveTimeout = 60_000",
		Python: `protocol_version = "HTTP/1.1" # with a Content-Length in each response`,
		PHP:    "keepalive_timeout 60s; # nginx in front of php-fpm; php -S closes each connection",
		Go:     "server.SetKeepAlivesEnabled(true) // the default",
		CSharp: "k.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);",
	}
	codeLogOnly = Code{
		Node:   "console.warn(err); res.status(401).end()",
		Python: `log.warning("rejected", exc_info=err); return '', 401`,
		PHP:    "error_log($e); http_response_code(401); exit;",
		Go:     "log.Println(err); w.WriteHeader(http.StatusUnauthorized)",
		CSharp: "log.LogWarning(e, \"rejected\"); return Results.Unauthorized();",
	}
)

// Advice returns how to fix a failure: the hint if there is one, the fix, and the code for Node in a line of its own.
func (r *Result) Advice() string {
	advice := cmp.Or(r.Fix, r.Case.Fix)
	if r.Hint != "" {
		advice = strings.ToUpper(r.Hint[:1]) + r.Hint[1:] + ". " + advice
	}
	if r.Fix == "" && r.Case.Code.Node != "" {
		advice += "\n" + r.Case.Code.Node
	}
	return advice
}
