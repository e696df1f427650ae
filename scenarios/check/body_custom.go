package check

import "artihook/emitter/payload"

// customCases returns the cases about values that a bot's code stores. How they look on the wire is not documented.
func customCases() []Case {
	const (
		why     = "The code of a bot can store any JSON value with an answer."
		fix     = "Check the type of value before you use it, and use display_value otherwise."
		section = "2, Answers"
	)
	needs := []string{"body-every-type"}
	return []Case{
		{
			ID: "body-custom-text", Level: Should, Requests: 1, harmless: true, run: expectAccepted(custom("a value that differs from the input", payload.Text("gold customer"))),
			Sends: "The created event of a lead whose answer has another value than the input.",
			Why:   why, Fix: "Do not compare value with input.", Code: codeUseValue, Section: section,
		},
		{
			ID: "body-custom-null", Level: Should, Requests: 1, run: expectAccepted(custom("null as its value", payload.Raw("null"))),
			Sends: "The created event of a lead whose answer has the value null.",
			Why:   why, Fix: fix, Code: codeValueByType, Section: section, needs: needs,
		},
		{
			ID: "body-custom-array", Level: Should, Requests: 1, run: expectAccepted(custom("an array as its value", payload.Raw(`["row 7","blue",true,null]`))),
			Sends: "The created event of a lead whose answer has an array as its value.",
			Why:   why, Fix: fix, Code: codeValueByType, Section: section, needs: needs,
		},
		{
			ID: "body-custom-object", Level: Should, Requests: 1, run: expectAccepted(custom("an object as its value", payload.Raw(`{"colour":"blue","vip":true,"tags":[]}`))),
			Sends: "The created event of a lead whose answer has an object as its value.",
			Why:   why, Fix: fix, Code: codeValueByType, Section: section, needs: needs,
		},
	}
}

// custom returns a variant whose text answer has this value.
func custom(what string, value payload.Value) variant {
	return func(c *caseRun) request {
		e := c.lead().created()
		e.Lead.Data[0].Value = value
		return variantOf("with "+what, e)
	}
}
