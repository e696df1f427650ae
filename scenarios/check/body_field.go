package check

import (
	"fmt"

	"artihook/emitter/payload"
)

// fieldCases returns the cases about the names of answers.
func fieldCases() []Case {
	return []Case{
		{
			ID: "body-field-dots", Level: Must, Requests: 1, run: expectAccepted(field("No. of rooms.a.b")),
			Sends: `The created event of a lead with the field "No. of rooms.a.b".`,
			Why:   "A field name may have dots. MongoDB, form libraries and configuration libraries read them as a path.",
			Fix:   fixFieldNames, Code: codeAnswerByName, Section: "2, Answers",
		},
		{
			ID: "body-field-dollar", Level: Must, Requests: 1, run: expectAccepted(field("$x")),
			Sends: `The created event of a lead with the field "$x".`,
			Why:   "A field name may start with $. MongoDB reads it as an operator.",
			Fix:   fixFieldNames, Code: codeAnswerByName, Section: "2, Answers",
		},
		{
			ID: "body-field-markup", Level: Must, Requests: 1, run: expectAccepted(field(`Q&A: <b>"size"</b> isn't it`)),
			Sends: `The created event of a lead with the field Q&A: <b>"size"</b> isn't it.`,
			Why:   "A field name may have & < and quotes, so it cannot be a name in XML or HTML.",
			Fix:   fixFieldNames, Code: codeAnswerByName, Section: "2, Answers",
			needs: []string{"body-html-characters"},
		},
		{
			ID: "body-field-unicode", Level: Must, Requests: 1, run: expectAccepted(field("Prénom 名前 👤")),
			Sends: `The created event of a lead with the field "Prénom 名前 👤".`,
			Why:   "A field name is written in the language of the bot.",
			Fix:   fixFieldNames, Code: codeAnswerByName, Section: "2, Answers", needs: []string{"body-unicode"},
		},
		{
			ID: "body-field-case", Level: Must, Requests: 1, run: expectAccepted(fields("City", "CITY")),
			Sends: `The created event of a lead with the fields "City" and "CITY".`,
			Why:   "Two field names may differ only in case. Many databases and CRMs treat them as one, and an answer is lost.",
			Fix:   "Use a binary collation for names, and a map that respects case.", Code: codeBinaryCollation, Section: "2, Answers",
		},
		{
			ID: "body-field-accents", Level: Should, Requests: 1, run: expectAccepted(fields("Resume", "Résumé")),
			Sends: `The created event of a lead with the fields "Resume" and "Résumé".`,
			Why:   "Two field names may differ only in accents. Many collations treat them as one.",
			Fix:   "Use a binary collation for names.", Code: codeBinaryCollation, Section: "2, Answers", needs: []string{"body-unicode", "body-field-unicode"},
		},
		{
			ID: "body-field-punctuation", Level: Should, Requests: 1, run: expectAccepted(fields("E-mail", "E mail")),
			Sends: `The created event of a lead with the fields "E-mail" and "E mail".`,
			Why:   "Two field names may differ only in punctuation. Names that are made from them for columns, keys or CRM fields are then the same, and an answer is lost.",
			Fix:   fixFieldNames, Code: codeAnswerByName, Section: "2, Answers",
		},
		{
			ID: "body-field-spaces", Level: Should, Requests: 1, run: expectAccepted(fields("Phone", "Phone ")),
			Sends: `The created event of a lead with the fields "Phone" and "Phone ".`,
			Why:   "Two field names may differ only in a space at the end. SQL compares them as equal.",
			Fix:   "Use a binary collation for names, and do not trim them.", Code: codeBinaryCollation, Section: "2, Answers",
		},
		{
			ID: "body-field-numbers", Level: Must, Requests: 1, run: expectAccepted(fields("10", "2")),
			Sends: `The created event of a lead with the fields "10" and "2".`,
			Why:   "A field name may be a number. JavaScript sorts such keys first, and PHP turns them into integers.",
			Fix:   fixFieldNames, Code: codeEachAnswer, Section: "2, Answers",
		},
		{
			ID: "body-field-columns", Level: Must, Requests: 1, run: expectAccepted(fields("id", "status")),
			Sends: `The created event of a lead with the fields "id" and "status".`,
			Why:   "A field name may be the name of a column or a key of your lead, and replace it.",
			Fix:   "Store the answers apart from the columns of the lead.", Code: codeOwnTable, Section: "2, Answers",
		},
		{
			ID: "body-field-methods", Level: Should, Requests: 1, run: expectAccepted(fields("constructor", "toString")),
			Sends: `The created event of a lead with the fields "constructor" and "toString".`,
			Why:   "Every JavaScript object has these names already.",
			Fix:   "Use a Map in JavaScript, not an object.", Code: codeMap, Section: "2, Answers",
		},
		{
			ID: "body-field-prototype", Level: Should, Requests: 1, run: acceptOnly(field("__proto__")),
			Sends: `The created event of a lead with the field "__proto__".`,
			Why:   "In JavaScript, this name changes the prototype of the object that the answers are copied to.",
			Fix:   "Use a Map in JavaScript, not an object.", Code: codeMap, Section: "2, Answers",
		},
		{
			ID: "body-long-field", Level: Must, Requests: 1, run: expectAccepted(field(longText)),
			Sends: "The created event of a lead with a field name of more than 500 bytes.",
			Why:   "A field name may be a whole question. A column of 255 characters fails, or cuts it.",
			Fix:   "Use a column type without a length.", Code: codeTextColumn, Section: "2, Answers",
		},
	}
}

// fields returns a variant whose created event has several answers.
func fields(names ...string) variant {
	return func(c *caseRun) request {
		l := c.lead()
		var answers []payload.Answer
		for i, name := range names {
			a := payload.Answer{Field: name, Type: payload.TypeText}
			setText(&a, l.texts[i])
			answers = append(answers, a)
		}
		return variantOf(fmt.Sprintf("with the fields %q", names), l.createdWithAnswers(answers))
	}
}
