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
			ID: "body-field-markup", Level: Must, Requests: 1, harmless: true, run: expectAccepted(field(`Q&A: <"size"> isn't it`)),
			Sends: `The created event of a lead with the field Q&A: <"size"> isn't it.`,
			Why:   "A field name may have & < and quotes, so it cannot be a name in XML or HTML.",
			Fix:   fixFieldNames, Code: codeAnswerByName, Section: "2, Answers",
			needs: []string{"body-html-characters"},
		},
		{
			ID: "body-field-slash", Level: Must, Requests: 1, harmless: true, run: expectAccepted(field("Yes/No #1")),
			Sends: `The created event of a lead with the field "Yes/No #1".`,
			Why:   "A field name may have / and #. Firebase, URLs and file names do not allow them in a name.",
			Fix:   fixFieldNames, Code: codeAnswerByName, Section: "2, Answers",
		},
		{
			ID: "body-field-percent", Level: Must, Requests: 1, harmless: true, run: expectAccepted(field("50% off + gift")),
			Sends: `The created event of a lead with the field "50% off + gift".`,
			Why:   "A field name may have % and +. A program that decodes it as a part of a URL or of a form fails, or changes it.",
			Fix:   fixFieldNames, Code: codeAnswerByName, Section: "2, Answers",
		},
		{
			ID: "body-field-answer-keys", Level: Must, Requests: 1, harmless: true, run: expectAccepted(fields("value", "type")),
			Sends: `The created event of a lead with the fields "value" and "type".`,
			Why:   "A field name may be a key that each answer has. A program that looks for such keys to find the answers treats all answers as one.",
			Fix:   fixFieldNames, Code: codeEachAnswer, Section: "2, Answers",
		},
		{
			ID: "body-same-answers", Level: Must, Requests: 1, harmless: true, run: sameAnswers,
			Sends: "The created event of a lead with the same answer to two questions.",
			Why:   "A visitor may give the same answer twice. A set, or a map with the answer as its key, loses one.",
			Fix:   "Use the field name as the key of an answer, not its text.", Code: codeEachAnswer, Section: "2, Answers",
		},
		{
			ID: "body-field-unicode", Level: Must, Requests: 1, run: expectAccepted(field("Prénom 名前 👤")),
			Sends: `The created event of a lead with the field "Prénom 名前 👤".`,
			Why:   "A field name is written in the language of the bot.",
			Fix:   fixFieldNames, Code: codeAnswerByName, Section: "2, Answers", needs: []string{"body-unicode"},
		},
		{
			ID: "body-field-case", Level: Must, Requests: 1, harmless: true, run: expectAccepted(fields("City", "CITY")),
			Sends: `The created event of a lead with the fields "City" and "CITY".`,
			Why:   "Two field names may differ only in case. Many databases and CRMs treat them as one, and an answer is lost.",
			Fix:   "Use a binary collation for names, and a map that respects case.", Code: codeBinaryCollation, Section: "2, Answers",
		},
		{
			ID: "body-field-accents", Level: Should, Requests: 1, harmless: true, run: expectAccepted(fields("Resume", "Résumé")),
			Sends: `The created event of a lead with the fields "Resume" and "Résumé".`,
			Why:   "Two field names may differ only in accents. Many collations treat them as one.",
			Fix:   "Use a binary collation for names.", Code: codeBinaryCollation, Section: "2, Answers", needs: []string{"body-unicode", "body-field-unicode"},
		},
		{
			ID: "body-field-punctuation", Level: Should, Requests: 1, harmless: true, run: expectAccepted(fields("E-mail", "E mail")),
			Sends: `The created event of a lead with the fields "E-mail" and "E mail".`,
			Why:   "Two field names may differ only in punctuation. Names that are made from them for columns, keys or CRM fields are then the same, and an answer is lost.",
			Fix:   fixFieldNames, Code: codeAnswerByName, Section: "2, Answers",
		},
		{
			ID: "body-field-spaces", Level: Should, Requests: 1, harmless: true, run: expectAccepted(fields("Phone", "Phone ")),
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
			ID: "body-field-methods", Level: Should, Requests: 2, run: expectAccepted(fields("constructor", "toString"), fields("hasOwnProperty", "length")),
			Sends: `Two created events of leads: one with the fields "constructor" and "toString", one with "hasOwnProperty" and "length".`,
			Why:   "Every JavaScript object has members with the first three names already, and libraries treat an object with length as an array.",
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
			Why:   "A field name may be a whole question. A column of 255 characters causes an error or truncates it.",
			Fix:   "Use a column type without a length.", Code: codeFieldColumn, Section: "2, Answers",
		},
	}
}

// sameAnswers fails the case unless both of two equal answers are accepted and, with a probe, stored.
func sameAnswers(c *caseRun) {
	l := c.lead()
	var answers []payload.Answer
	for _, name := range []string{"Colour", "Other colour"} {
		a := payload.Answer{Field: name, Type: payload.TypeText}
		setText(&a, l.texts[0])
		answers = append(answers, a)
	}
	c.expect(variantOf("with the same answer twice", l.createdWithAnswers(answers)), accepted)
	output := c.expectStored(l, l.texts[0])
	if n := count(output, l.texts[0]); !c.done() && n == 1 {
		c.fail("the probe for lead "+l.id, fmt.Sprintf("the answer %q twice", l.texts[0]), quoted(output))
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
