package check

// The code of fixes of stored answers.
var (
	codeParameters = Code{
		Node:   "await db.query('INSERT INTO answers (lead_id, field, text) VALUES ($1, $2, $3)', [leadId, field, text])",
		Python: `cursor.execute("INSERT INTO answers (lead_id, field, text) VALUES (%s, %s, %s)", (lead_id, field, text))`,
		PHP:    "$db->prepare('INSERT INTO answers (lead_id, field, text) VALUES (?, ?, ?)')->execute([$leadId, $field, $text]);",
		Go:     `db.ExecContext(ctx, "INSERT INTO answers (lead_id, field, text) VALUES ($1, $2, $3)", leadID, field, text)`,
		CSharp: `command.Parameters.AddWithValue("text", text);`,
	}
	codeSerialise = Code{
		Node:   "body = JSON.stringify({ field, text })",
		Python: `body = json.dumps({"field": field, "text": text})`,
		PHP:    "$body = json_encode(['field' => $field, 'text' => $text]);",
		Go:     `body, err := json.Marshal(Answer{field, text})`,
		CSharp: "var body = JsonSerializer.Serialize(new { field, text });",
	}
	codeEscapeLate = Code{
		Node:   "element.textContent = text // where it is displayed",
		Python: "{{ text }} {# a template of Jinja or Django escapes it #}",
		PHP:    "echo htmlspecialchars($text); // where it is displayed",
		Go:     "{{.Text}} // a template of html/template escapes it",
		CSharp: "@Model.Text // Razor escapes it",
	}
	codeTemplateValue = Code{
		Node:   "ejs.render('Hello <%= name %>', { name: text }) // not ejs.render('Hello ' + text)",
		Python: `render_template("mail.txt", name=text) # not render_template_string("Hello " + text)`,
		PHP:    "$twig->render('mail.txt', ['name' => $text]); // not createTemplate('Hello ' . $text)",
		Go:     `tmpl.Execute(w, map[string]string{"Name": text}) // not template.Parse("Hello " + text)`,
		CSharp: "engine.Render(template, new { Name = text }); // not engine.Render(\"Hello \" + text)",
	}
	codeXMLText = Code{
		Node:   `text = text.replace(/[\x00-\x08\x0B\x0C\x0E-\x1F]/g, '\uFFFD') // before it becomes XML`,
		Python: `text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "\ufffd", text) # before it becomes XML`,
		PHP:    `$text = preg_replace('/[\x00-\x08\x0B\x0C\x0E-\x1F]/', "\u{FFFD}", $text); // before it becomes XML`,
		Go:     "xml.EscapeText(w, []byte(text)) // replaces the characters that XML does not allow",
		CSharp: "text = string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) ? c : '\\uFFFD'));",
	}
	codeKeepText = Code{
		Node:   "text = answer.value // not Number(answer.value), not JSON.parse(answer.value)",
		Python: `text = answer["value"] # not float(answer["value"]), not yaml.safe_load(answer["value"])`,
		PHP:    "$text = $answer['value']; // not $answer['value'] + 0; compare with ===",
		Go:     "Text string // not a number",
		CSharp: "public string Text; // not a number",
	}
	codeMap = Code{
		Node:   "answers = new Map(Object.entries(event.lead.data)) // not an object",
		Python: `answers = event["lead"]["data"] # a dict has no such names`,
		PHP:    "$answers = $event['lead']['data']; // an array has no such names",
		Go:     "answers := event.Lead.Data // a map has no such names",
		CSharp: "Dictionary<string, Answer> answers = event.Lead.Data; // a dictionary has no such names",
	}
	codeOptionalKey = Code{
		Node:   "last = event.meta.last_answered_field_name ?? null",
		Python: `last = event["meta"].get("last_answered_field_name")`,
		PHP:    "$last = $event['meta']['last_answered_field_name'] ?? null;",
		Go:     "LastAnswered string `json:\"last_answered_field_name\"` // \"\" if it is missing",
		CSharp: "public string? LastAnsweredFieldName;",
	}
	codeCheckEvent = Code{
		Node:   "if (event?.resource !== 'lead' || !event.lead) return res.status(400).end()",
		Python: `if not isinstance(event, dict) or event.get("resource") != "lead": return "", 400`,
		PHP:    "if (!is_array($event) || ($event['resource'] ?? '') !== 'lead') { http_response_code(400); exit; }",
		Go:     `if event.Resource != "lead" { http.Error(w, "not an event", http.StatusBadRequest); return }`,
		CSharp: `if (event?.Resource != "lead") return Results.BadRequest();`,
	}
	codeParseDate = Code{
		Node:   "date = new Date(text.replace(/Z?$/, 'Z')) // create_date has no Z",
		Python: `date = datetime.fromisoformat(text.rstrip("Z")).replace(tzinfo=timezone.utc) # Python 3.11 or newer`,
		PHP:    "$date = new DateTimeImmutable($text, new DateTimeZone('UTC'));",
		Go:     `date, err := time.Parse("2006-01-02T15:04:05", strings.TrimSuffix(text, "Z")) // accepts every fraction`,
		CSharp: "var date = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);",
	}
	codeTimeZone = Code{
		Node:   "try { new Intl.DateTimeFormat('en', { timeZone: zone }) } catch { zone = 'UTC' }",
		Python: `try: zone = ZoneInfo(name)` + "\n" + `except ZoneInfoNotFoundError: zone = ZoneInfo("UTC")`,
		PHP:    "try { $zone = new DateTimeZone($name); } catch (Exception $e) { $zone = new DateTimeZone('UTC'); }",
		Go:     `zone, err := time.LoadLocation(name); if err != nil { zone = time.UTC }`,
		CSharp: "if (!TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)) zone = TimeZoneInfo.Utc;",
	}
	codeUseValue = Code{
		Node:   "day = answer.value.date_time; number = answer.value // not answer.display_value",
		Python: `day = answer["value"]["date_time"]; number = answer["value"] # not answer["display_value"]`,
		PHP:    "$day = $answer['value']['date_time']; $number = $answer['value']; // not $answer['display_value']",
		Go:     "json.Unmarshal(answer.Value, &number) // not strconv.ParseFloat(answer.Display, 64)",
		CSharp: "var number = answer.Value.GetDouble(); // not double.Parse(answer.DisplayValue)",
	}
	codeZero = Code{
		Node:   "if (answer.value != null) store(answer.value) // not if (answer.value)",
		Python: `if answer["value"] is not None: store(answer["value"]) # not if answer["value"]`,
		PHP:    "if ($answer['value'] !== null) { store($answer['value']); } // not !empty($answer['value'])",
		Go:     "Value *float64 // nil is null, 0 is a number",
		CSharp: "if (answer.Value is { } value) Store(value); // not if (value != 0)",
	}
	codeTextColumn      = sameCode("ALTER TABLE answers ALTER COLUMN text TYPE text; -- not VARCHAR(255)")
	codeFieldColumn     = sameCode("ALTER TABLE answers ALTER COLUMN field TYPE text; -- not VARCHAR(255)")
	codePageColumn      = sameCode("ALTER TABLE leads ALTER COLUMN chat_start_page TYPE text; -- not VARCHAR(255)")
	codeAgentColumn     = sameCode("ALTER TABLE leads ALTER COLUMN user_agent TYPE text; -- not VARCHAR(255)")
	codeUTF8MB4         = sameCode("ALTER TABLE answers CONVERT TO CHARACTER SET utf8mb4; -- MySQL")
	codeBinaryCollation = sameCode("ALTER TABLE answers MODIFY field varchar(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin; -- MySQL")
	codeAddressColumn   = sameCode("ALTER TABLE leads ALTER COLUMN ip_address TYPE varchar(45); -- NULL is allowed")
	codeNumberColumn    = sameCode("ALTER TABLE answers ALTER COLUMN number TYPE double precision;")
	codeVersionColumn   = sameCode("ALTER TABLE leads ALTER COLUMN version TYPE integer;")
	codeDateColumn      = sameCode("ALTER TABLE answers ALTER COLUMN day TYPE timestamptz; -- in MySQL DATETIME, not TIMESTAMP")
	codeOwnTable        = sameCode("CREATE TABLE answers (lead_id uuid REFERENCES leads, field text, text text, PRIMARY KEY (lead_id, field));")
	codeFirewall        = sameCode("location = /hook { modsecurity off; proxy_pass http://app; } # nginx: the signature protects it")
	codeUniqueLead      = sameCode("CREATE TABLE leads (lead_id uuid PRIMARY KEY, contact_id uuid, email text); -- no UNIQUE for the others")
)
