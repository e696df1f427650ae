package check

// The code of fixes of the use of HTTP.
var (
	codeMediaType = Code{
		Node:   "json = (req.headers['content-type'] ?? '').split(';')[0].trim() === 'application/json'",
		Python: `json = request.mimetype == "application/json" # without its parameters`,
		PHP:    "$json = trim(explode(';', $_SERVER['CONTENT_TYPE'] ?? '')[0]) === 'application/json';",
		Go:     `mediaType, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))`,
		CSharp: "var json = req.HasJsonContentType();",
	}
	codeTarget = Code{
		Node:   "url = new URL(req.url, process.env.PUBLIC_ORIGIN) // also parses a whole URL",
		Python: `url = urljoin(os.environ["PUBLIC_ORIGIN"], self.path) # also parses a whole URL`,
		PHP:    "$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH); // also parses a whole URL",
		Go:     "path := r.URL.Path // net/http has parsed the whole URL",
		CSharp: "var path = req.Path; // Kestrel has parsed the whole URL",
	}
	codeConcurrent = Code{
		Node:   "await store(event) // no work that blocks the event loop, such as execSync or readFileSync",
		Python: `ThreadingHTTPServer(address, Receiver).serve_forever() # or gunicorn --worker-class gthread --threads 8`,
		PHP:    "pm.max_children = 20 ; php-fpm, with nginx in front, which reads the whole body first",
		Go:     "http.ListenAndServe(address, handler) // without a lock around the handler",
		CSharp: "await req.Body.CopyToAsync(memory); // not a synchronous read",
	}
	codeRespond500 = Code{
		Node:   "try { await store(event); res.status(204).end() } catch (err) { console.error(err); res.status(500).end() }",
		Python: "try: store(event)\nexcept Exception: log.exception('not stored'); return '', 500",
		PHP:    "ini_set('display_errors', '0'); try { store($event); http_response_code(204); } catch (Throwable $e) { error_log($e); http_response_code(500); }",
		Go:     `if err := store(event); err != nil { log.Println(err); http.Error(w, "not stored", http.StatusInternalServerError); return }`,
		CSharp: "try { await Store(event); return Results.NoContent(); } catch (Exception e) { log.LogError(e, \"not stored\"); return Results.StatusCode(500); }",
	}
)
