package check

import (
	"strings"

	"artihook/emitter/payload"
	"artihook/scenarios/report"
)

const (
	fixStoreText  = "Store the text as it is: use parameters in SQL, a library for JSON and XML, and escape it only where you display it."
	fixFieldNames = "Treat lead.data as a map from text to answer, and do not interpret the names."
	// hintFirewall is the hint if a text is rejected like a wrong signature.
	hintFirewall = "a firewall or a filter in front of the receiver probably blocks this text: exempt the URL of the webhook from it"
)

// longText has more bytes than common columns, and no two equal parts.
var longText = func() string {
	var b strings.Builder
	for _, word := range []string{"red", "green", "blue", "black", "white", "brown", "pink", "grey", "gold", "silver"} {
		for _, thing := range []string{"house", "garden", "river", "tower"} {
			b.WriteString(word + " " + thing + ", ")
		}
	}
	return b.String() + "the end"
}()

// textCases returns the cases about the text of an answer.
func textCases() []Case {
	return []Case{
		{
			ID: "body-emoji", Level: Must, Requests: 1, run: expectAccepted(answering("emoji in the answer", "yes 👍🏽 👩‍👩‍👧")),
			Sends: "The created event of a lead with emoji in the answer.",
			Why:   "An emoji has four bytes in UTF-8. MySQL's utf8 and some XML libraries allow three only.",
			Fix:   "Use utf8mb4 in MySQL, and UTF-8 everywhere.", Code: codeUTF8MB4, Section: "6, The JSON text",
			needs: []string{"body-unicode"},
		},
		{
			ID: "body-combining-marks", Level: Should, Requests: 1, run: expectAccepted(answering("a letter and its accent as two characters", "zoe\u0308 cafe\u0301")),
			Sends: "The created event of a lead whose answer has accents as characters of their own.",
			Why:   "macOS and some keyboards write é as e and an accent. A normalised text has other bytes than the signed one, and is not found by its original.",
			Fix:   "Verify the raw bytes. Store the text as it arrived, and normalise it only for a search.", Code: codeRawBody, Section: "6, The JSON text",
			needs: []string{"body-unicode"},
		},
		{
			ID: "body-invisible", Level: Should, Requests: 1, run: expectAccepted(answering("invisible characters in the answer", "a\u200bb \u202ec\u202c \u2028 \ufeffd \u00a0e")),
			Sends: "The created event of a lead with zero-width, right-to-left and line separator characters in the answer.",
			Why:   "A visitor pastes text with invisible characters. JavaScript, CSV and log readers treat some of them as line breaks.",
			Fix:   fixStoreText, Code: codeParameters,
			needs: []string{"body-unicode"},
		},
		{
			ID: "body-control-characters", Level: Should, Requests: 1, run: expectAccepted(answering("control characters in the answer", "ab\a cd\v ef\x1b gh")),
			Sends: "The created event of a lead with the control characters 7, 11 and 27 in the answer.",
			Why:   "A visitor may paste control characters. XML 1.0 does not allow them, so a SOAP or XML destination fails.",
			Fix:   "Remove or replace characters that your destination does not allow, after you have verified the signature.", Code: codeXMLText,
		},
		{
			ID: "body-newline", Level: Must, Requests: 1, run: expectAccepted(answering("line breaks in the answer", "first line\nsecond line\r\n\tthird line")),
			Sends: "The created event of a lead with line breaks and a tab in the answer.",
			Why:   "A visitor writes more than one line. CSV files, mail headers and text columns break at the first line break.",
			Fix:   fixStoreText, Code: codeParameters,
		},
		{
			ID: "body-backslash-quote", Level: Must, Requests: 1, run: expectAccepted(answering(`\ and " in the answer`, `c:\new\table says "hi"`)),
			Sends: `The created event of a lead with \ and " in the answer.`,
			Why:   "A program that builds JSON, SQL or a command by joining strings breaks at a backslash or a quote.",
			Fix:   fixStoreText, Code: codeSerialise,
			needs: []string{"body-html-characters"},
		},
		{
			ID: "body-apostrophe", Level: Must, Requests: 1, harmless: true, run: expectAccepted(answering("an apostrophe in the answer", "conan o'brien")),
			Sends: "The created event of a lead with the answer conan o'brien.",
			Why:   "An apostrophe ends a string in SQL that is built by joining strings.", Fix: "Use parameters in SQL.", Code: codeParameters,
			needs: []string{"body-html-characters"},
		},
		{
			ID: "body-script", Level: Must, Requests: 1, run: expectPassesFirewall(answering("<script> in the answer", "<script>alert(1)</script> hello")),
			Sends: "The created event of a lead with a script element in the answer.",
			Why:   "A visitor may type HTML. A firewall in front of the receiver may block it, and the lead is lost.",
			Fix:   "Exempt the URL of the webhook from the rules of your firewall: the signature protects it. " + fixStoreText, Code: codeFirewall,
			needs: []string{"body-html-characters"},
		},
		{
			ID: "body-sql", Level: Must, Requests: 1, run: expectPassesFirewall(answering("' or 1=1 in the answer", "x' or 1=1 -- hello")),
			Sends: "The created event of a lead with ' or 1=1 in the answer.",
			Why:   "A visitor may type SQL. A firewall may block it, and SQL that is built by joining strings executes it.",
			Fix:   "Use parameters in SQL. Exempt the URL of the webhook from the rules of your firewall: the signature protects it.", Code: codeParameters,
			needs: []string{"body-apostrophe", "body-html-characters"},
		},
		{
			ID: "body-file-path", Level: Should, Requests: 1, harmless: true, run: expectPassesFirewall(answering("../ in the answer", "../../etc/passwd and /bin/sh")),
			Sends: "The created event of a lead with ../../etc/passwd in the answer.",
			Why:   "A firewall may block text that looks like an attack, and the lead is lost.",
			Fix:   "Exempt the URL of the webhook from the rules of your firewall: the signature protects it.", Code: codeFirewall,
		},
		{
			ID: "body-html-entities", Level: Should, Requests: 1, run: expectAccepted(answering("HTML entities in the answer", "at&amp;t &lt;b&gt; <b>bold</b>")),
			Sends: "The created event of a lead with &amp; and <b> in the answer.",
			Why:   "Text that is stored as HTML is shown escaped twice, or loses what looks like a tag.",
			Fix:   fixStoreText, Code: codeEscapeLate,
			needs: []string{"body-html-characters"},
		},
		{
			ID: "body-percent", Level: Must, Requests: 2, run: expectAccepted(answering("percent signs in the answer", "100% sure, 5 %41 + %s %d"), answering("percent escapes in the answer", "see a%20b%2Bc.pdf")),
			Sends: "Two created events of leads: one with percent signs in the answer, one with percent escapes.",
			Why:   "A percent sign is special in URLs, in format strings and in LIKE. decodeURIComponent('100%') fails.",
			Fix:   "Do not decode the text as a URL, and do not use it as a format string.", Code: codeParameters,
		},
		{
			ID: "body-templates", Level: Should, Requests: 1, run: expectAccepted(answering("template syntax in the answer", "${7*7} {{7*7}} #{7*7} %{7*7}")),
			Sends: "The created event of a lead with ${7*7} and {{7*7}} in the answer.",
			Why:   "An answer that becomes part of a template of a mail or a page is executed.",
			Fix:   "Pass the text to the template as a value, not as a part of the template.", Code: codeTemplateValue,
			needs: []string{"body-html-characters"},
		},
		{
			ID: "body-empty-answer", Level: Must, Requests: 1, run: expectAccepted(answering("an empty answer", "")),
			Sends: "The created event of a lead whose answer is empty.",
			Why:   "A visitor may skip a question. An empty answer is not a missing answer.", Fix: "Allow an empty text in your validation and in your table.", Code: codeOptionalAnswer,
		},
		{
			ID: "body-blank-answer", Level: Must, Requests: 1, run: expectAccepted(answering("a blank answer", "   ")),
			Sends: "The created event of a lead whose answer is three spaces.",
			Why:   "A visitor may type spaces only.", Fix: "Allow a blank text in your validation and in your table.", Code: codeOptionalAnswer,
			needs: []string{"body-empty-answer"},
		},
		{
			ID: "body-spaces-around", Level: Should, Requests: 1, harmless: true, run: expectAccepted(answering("spaces around the answer", "  two spaces  ")),
			Sends: "The created event of a lead with spaces around the answer.",
			Why:   "Text that is trimmed is not what ArtiBot signed, and a code or an address in it may change.",
			Fix:   "Store the text as it is, and trim a copy.", Code: codeParameters,
		},
		{
			ID: "body-leading-zeros", Level: Must, Requests: 2, harmless: true, run: expectAccepted(answering("a number with zeros as its text", "00420"), answering("1e5 as its text", "1e5")),
			Sends: "Two created events of leads with the texts 00420 and 1e5.",
			Why:   "Spreadsheets, PHP and YAML read 00420 as 420 and 1e5 as 100000. ZIP codes, phone numbers and article numbers are lost.",
			Fix:   "Store text as text. Do not convert it because it looks like a number.", Code: codeKeepText,
		},
		{
			ID: "body-like-a-day", Level: Should, Requests: 1, harmless: true, run: expectAccepted(answering("a text like a day", "3-11")),
			Sends: "The created event of a lead with the text 3-11.",
			Why:   "An age group, a size or a flat number looks like a day. Spreadsheets store it as a date.",
			Fix:   "Store text as text. Do not convert it because it looks like a date.", Code: codeKeepText,
		},
		{
			ID: "body-zero-word", Level: Must, Requests: 2, harmless: true, run: expectAccepted(answering("0 as its text", "0"), answering("false as its text", "false")),
			Sends: "Two created events of leads: one with the answer 0, one with the answer false.",
			Why:   "A visitor may type 0. PHP's empty() and JavaScript's !Number(…) treat it as a missing answer.", Fix: "Compare with null and with the empty text, not with false.", Code: codeKeepText,
		},
		{
			ID: "body-separators", Level: Must, Requests: 1, harmless: true, run: expectAccepted(answering("separators in the answer", "two rooms, one bath; garden|pool")),
			Sends: "The created event of a lead with commas, a semicolon and a vertical bar in the answer.",
			Why:   "CSV, lists in a column and multiple-choice fields of CRMs use these characters as separators. A part of the answer is then lost.", Fix: "Use a library for CSV, and do not split or join texts.", Code: codeKeepText,
		},
		{
			ID: "body-null-word", Level: Must, Requests: 1, harmless: true, run: expectAccepted(answering("null as its text", "null")),
			Sends: "The created event of a lead with the text null.",
			Why:   "Null is a family name. The text null is not a missing answer.", Fix: "Compare with null, not with the text.", Code: codeKeepText,
		},
		{
			ID: "body-json-in-text", Level: Should, Requests: 2, run: expectAccepted(answering("JSON as its text", `{"size": "xl"}`), answering("broken JSON as its text", "{size: xl")),
			Sends: `Two created events of leads with the texts {"size": "xl"} and {size: xl.`,
			Why:   "An answer that looks like JSON is text. A program that parses it fails, or stores an object.",
			Fix:   "Parse the body once. Do not parse the answers.", Code: codeKeepText,
			needs: []string{"body-backslash-quote", "body-html-characters"},
		},
		{
			ID: "body-spreadsheet-formula", Level: Should, Requests: 1, harmless: true, run: expectPassesFirewall(answering("a formula as its text", "=hyperlink(1;2)")),
			Sends: "The created event of a lead with the text =hyperlink(1;2).",
			Why:   "A spreadsheet executes a text that starts with = when the leads are exported as CSV.",
			Fix:   "Accept and store the text. Write an apostrophe before it in an export.", Code: codeKeepText,
		},
		{
			ID: "body-long-answer", Level: Must, Requests: 1, run: expectAccepted(answering("an answer of more than 500 bytes", longText)),
			Sends: "The created event of a lead with an answer of more than 500 bytes.",
			Why:   "A visitor writes a paragraph. A column of 255 characters causes an error or truncates it.",
			Fix:   "Use a column type without a length.", Code: codeTextColumn,
		},
		{
			ID: "body-email-plus", Level: Must, Requests: 1, harmless: true, run: expectAccepted(email("+crm@mail.example")),
			Sends: "The created event of a lead with an e-mail address with a plus.",
			Why:   "A plus is valid in an e-mail address. ArtiBot has validated the address already.", Fix: "Do not validate the address again, or only look for an @.", Code: codeKeepText,
		},
		{
			ID: "body-email-unicode", Level: Should, Requests: 1, run: expectAccepted(email("ö@bücher.example")),
			Sends: "The created event of a lead with an e-mail address with ö and ü.",
			Why:   "Names and domains in e-mail addresses may have letters other than a to z.", Fix: "Do not validate the address again, or only look for an @.", Code: codeKeepText,
			needs: []string{"body-unicode"},
		},
	}
}

// expectPassesFirewall returns a case like that of expectAccepted, for a text that a firewall may block.
func expectPassesFirewall(v variant) func(*caseRun) {
	accept := expectAccepted(v)
	return func(c *caseRun) {
		accept(c)
		if last := len(c.result.Exchanges) - 1; last >= 0 && c.result.Outcome == report.Failed && c.result.Fix == "" {
			switch c.result.Exchanges[last].Status {
			case 401, 403, 404, 406, 418, 429:
				c.result.Hint = hintFirewall
			}
		}
	}
}

// email returns a variant with an e-mail address of its own that has this end.
func email(end string) variant {
	return func(c *caseRun) request {
		l := c.lead()
		e := l.createdWith(l.texts[0] + end)
		e.Lead.Data[0].Type = payload.TypeEmail
		return variantOf("with an e-mail address that ends in "+end, e)
	}
}
