package check

// The code of fixes of the verification.
var (
	codeVerifyFirst = Code{
		Node:   "app.use('/hook', express.raw({ type: () => true }), (req, res, next) => verify(req) ? next() : res.status(401).end())",
		Python: "@app.before_request\ndef verify_all(): return None if verify(request) else ('', 401)",
		PHP:    "if (!verify($_SERVER, $rawBody)) { http_response_code(401); exit; } // the first lines of the script",
		Go:     `if !verify(r, rawBody) { http.Error(w, "wrong signature", http.StatusUnauthorized); return } // the first lines of the handler`,
		CSharp: "app.Use(async (context, next) => { if (await Verify(context.Request)) await next(context); else context.Response.StatusCode = 401; });",
	}
	codeNeedSecret = Code{
		Node:   "if (!process.env.SECRET) throw new Error('SECRET is not set')",
		Python: `secret = os.environ["SECRET"] # fails if it is not set`,
		PHP:    "$secret = getenv('SECRET') ?: throw new RuntimeException('SECRET is not set');",
		Go:     `if secret == "" { log.Fatal("SECRET is not set") }`,
		CSharp: `var secret = config["Secret"] ?? throw new InvalidOperationException("Secret is not set");`,
	}
	codeOneHeader = Code{
		Node:   "header = String(req.headers['x-artibot-signature'] ?? '') // one text, also if the header is there twice",
		Python: `header = request.headers.get("x-artibot-signature", "") # the first one`,
		PHP:    "$header = (string) ($_SERVER['HTTP_X_ARTIBOT_SIGNATURE'] ?? '');",
		Go:     `header := r.Header.Get("x-artibot-signature") // the first one`,
		CSharp: `var header = req.Headers["x-artibot-signature"].ToString(); // joined with a comma`,
	}
)
