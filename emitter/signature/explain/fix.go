package explain

// fixID names a fix.
type fixID string

const (
	fixRawBody fixID = "raw-body"
	fixURL     fixID = "public-url"
	fixTarget  fixID = "raw-target"
	fixSecret  fixID = "secret"
	fixMessage fixID = "message"
	fixDigest  fixID = "digest"
	fixHeader  fixID = "header"
	fixScheme  fixID = "scheme"
)

// Snippet is a line of code in a language or framework.
type Snippet struct{ Language, Code string }

// Fix is how to correct a mistake.
type Fix struct {
	ID         string
	Text       string    // one sentence
	Code       []Snippet // in the languages of docs/receivers
	Frameworks []Snippet // for frameworks that parse the body before the code sees it
}

// Fixes lists the fixes.
func Fixes() []Fix { return append([]Fix(nil), fixes...) }

func fixOf(id fixID) *Fix {
	for i := range fixes {
		if fixes[i].ID == string(id) {
			return &fixes[i]
		}
	}
	return nil
}

var fixes = []Fix{
	{
		ID: string(fixRawBody), Text: "Sign the raw bytes of the body, before anything parses, decodes or trims them.",
		Code: []Snippet{
			{"JavaScript", `const chunks = []; for await (const c of req) chunks.push(c); const body = Buffer.concat(chunks)`},
			{"PHP", `$body = file_get_contents('php://input');`},
			{"Python", `body = self.rfile.read(int(self.headers["Content-Length"]))`},
			{"C#", `using var memory = new MemoryStream(); await Request.Body.CopyToAsync(memory); var body = memory.ToArray();`},
			{"Go", `body, err := io.ReadAll(r.Body)`},
		},
		Frameworks: []Snippet{
			{"Express", `app.post('/hook', express.raw({ type: '*/*' }), handler)  // before express.json(); req.body is the raw Buffer`},
			{"Fastify", `fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (req, body, done) => done(null, body))`},
			{"Koa", `const body = await require('raw-body')(ctx.req)  // before koa-bodyparser; or sign ctx.request.rawBody`},
			{"Next.js", `const body = Buffer.from(await req.arrayBuffer())  // pages/api: export const config = { api: { bodyParser: false } }`},
			{"Flask", `body = request.get_data()  # before request.json or request.form`},
			{"Django", `body = request.body  # before request.POST; not request.data`},
			{"Laravel", `$body = $request->getContent();  // not $request->all() or json_encode($request->json())`},
			{"ASP.NET", `Request.EnableBuffering(); await Request.Body.CopyToAsync(memory); Request.Body.Position = 0;  // before model binding`},
			{"Lambda", `const body = Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8')  // before JSON.parse`},
		},
	},
	{
		ID: string(fixURL), Text: "Sign the public URL of the webhook. Take its scheme and host from your settings, not from the request.",
		Code: []Snippet{
			{"JavaScript", `const url = process.env.PUBLIC_ORIGIN + req.originalUrl  // Node without Express: req.url`},
			{"PHP", `$url = getenv('PUBLIC_ORIGIN') . $_SERVER['REQUEST_URI'];`},
			{"Python", `url = os.environ["PUBLIC_ORIGIN"] + self.path`},
			{"C#", `var url = publicOrigin + HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;`},
			{"Go", `url := publicOrigin + r.RequestURI`},
		},
	},
	{
		ID: string(fixTarget), Text: "Sign path and query exactly as they are in the request line: not decoded, sorted, encoded again or cut.",
		Code: []Snippet{
			{"JavaScript", `const target = req.originalUrl  // not req.path or new URL(…).pathname`},
			{"PHP", `$target = $_SERVER['REQUEST_URI'];  // Laravel: not $request->fullUrl(), which sorts the query`},
			{"Python", `target = environ["RAW_URI"]  # gunicorn; http.server: self.path; not request.url`},
			{"C#", `var target = HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;  // not Request.Path + Request.QueryString`},
			{"Go", `target := r.RequestURI  // not r.URL.Path`},
		},
	},
	{
		ID: string(fixSecret), Text: "Use the secret as it is in ArtiBot's settings: its UTF-8 bytes, without quotes, white space or decoding.",
		Code: []Snippet{
			{"JavaScript", `const secret = process.env.SECRET.trim(); crypto.createHmac('sha1', secret)`},
			{"PHP", `$secret = trim(getenv('SECRET')); hash_hmac('sha1', $message, $secret);`},
			{"Python", `secret = os.environ["SECRET"].strip().encode()`},
			{"C#", `var secret = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("SECRET")!.Trim());`},
			{"Go", `secret := []byte(strings.TrimSpace(os.Getenv("SECRET")))`},
		},
	},
	{
		ID: string(fixMessage), Text: "Sign METHOD&URL&BODY: the method in upper case, the URL and the body, with & between them.",
		Code: []Snippet{
			{"JavaScript", "hmac.update(`${req.method}&${url}&`).update(body)"},
			{"PHP", `$message = $_SERVER['REQUEST_METHOD'] . '&' . $url . '&' . $body;`},
			{"Python", `message = f"POST&{url}&".encode() + body`},
			{"C#", `var message = Encoding.UTF8.GetBytes($"{Request.Method}&{url}&").Concat(body).ToArray();`},
			{"Go", `io.WriteString(mac, r.Method+"&"+url+"&"); mac.Write(body)`},
		},
	},
	{
		ID: string(fixDigest), Text: "Use HMAC-SHA1 with the secret as its key, and write the digest as hex.",
		Code: []Snippet{
			{"JavaScript", `crypto.createHmac('sha1', secret).update(message).digest('hex')`},
			{"PHP", `hash_hmac('sha1', $message, $secret)`},
			{"Python", `hmac.new(secret, message, hashlib.sha1).hexdigest()`},
			{"C#", `Convert.ToHexString(HMACSHA1.HashData(secret, message))`},
			{"Go", `mac := hmac.New(sha1.New, secret)`},
		},
	},
	{
		ID: string(fixHeader), Text: "Compare the whole header value: 40 hex digits, without regard to letter case.",
		Code: []Snippet{
			{"JavaScript", `const received = Buffer.from(req.headers['x-artibot-signature'] || '', 'hex')`},
			{"PHP", `hash_equals($expected, strtolower($_SERVER['HTTP_X_ARTIBOT_SIGNATURE'] ?? ''))`},
			{"Python", `hmac.compare_digest(self.headers.get("x-artibot-signature", "").lower(), expected)`},
			{"C#", `Request.Headers["x-artibot-signature"].ToString().ToUpperInvariant() == expected`},
			{"Go", `received, _ := hex.DecodeString(r.Header.Get("x-artibot-signature")); hmac.Equal(received, mac.Sum(nil))`},
		},
	},
	{
		ID: string(fixScheme), Text: "Verify the scheme that your ArtiBot account uses: METHOD&URL&BODY with bare digits, or the body alone with sha1= before the digits.",
		Code: []Snippet{
			{"JavaScript", "hmac.update(`${req.method}&${url}&`).update(body)  // older accounts: hmac.update(body), 'sha1=' + digest"},
			{"PHP", `hash_hmac('sha1', "POST&$url&$body", $secret)  // older accounts: 'sha1=' . hash_hmac('sha1', $body, $secret)`},
			{"Python", `hmac.new(secret, f"POST&{url}&".encode() + body, hashlib.sha1)  # older accounts: body alone`},
			{"C#", `HMACSHA1.HashData(secret, message)  // older accounts: HMACSHA1.HashData(secret, body)`},
			{"Go", `io.WriteString(mac, r.Method+"&"+url+"&")  // older accounts: leave this line out`},
		},
	},
}
