package check

import (
	"fmt"

	"artihook/emitter/payload"
)

// numberCases returns the cases about answers of type number.
func numberCases() []Case {
	const section = "2, Answers"
	needs := []string{"body-every-type", "body-number-double"}
	return []Case{
		{
			ID: "body-number-zero", Level: Must, Requests: 1, run: expectAccepted(number(0)),
			Sends: "The created event of a lead with the number 0.0.",
			Why:   "A visitor answers 0. In JavaScript, PHP and Python, 0 is false.", Fix: "Compare with null, and do not test whether the number is true.",
			Code: codeZero, Section: section, needs: needs,
		},
		{
			ID: "body-number-negative", Level: Must, Requests: 1, harmless: true, run: expectAccepted(number(-5)),
			Sends: "The created event of a lead with the number -5.0.",
			Why:   "A number may be negative.", Fix: "Use a signed type.", Code: codeNumberColumn, Section: section, needs: needs,
		},
		{
			ID: "body-number-fraction", Level: Must, Requests: 2, harmless: true, run: expectAccepted(number(19.5), number(0.0625)),
			Sends: "Two created events of leads with the numbers 19.5 and 0.0625.",
			Why:   "The value of a number is a double. A type for amounts of money keeps only two decimal places.", Fix: "Use a type for doubles.", Code: codeNumberColumn, Section: section, needs: needs,
		},
		{
			ID: "body-number-above-31-bits", Level: Must, Requests: 1, harmless: true, run: expectAccepted(number(9000000001)),
			Sends: "The created event of a lead with the number 9000000001.0.",
			Why:   "Visitors type phone numbers into questions for a number. They are larger than an integer of 32 bits.",
			Fix:   "Use a type of 64 bits or a double.", Code: codeNumberColumn, Section: section, needs: needs,
		},
		{
			ID: "body-number-above-53-bits", Level: Should, Requests: 1, run: expectAccepted(number(1e20)),
			Sends: "The created event of a lead with the number 1E+20.",
			Why:   "A double above 2^53 has an exponent, and may be too large for an integer of 64 bits.",
			Fix:   "Use a double, or store display_value.", Code: codeNumberColumn, Section: section, needs: append([]string{"body-number-above-31-bits"}, needs...),
		},
		{
			ID: "body-number-input", Level: Should, Requests: 1, harmless: true, run: expectAccepted(numberInput),
			Sends: "The created event of a lead with the number 1250.0, which the visitor typed as 1,250.",
			Why:   "input and display_value are what the visitor typed, with separators and units.", Fix: "Use value. Do not convert input or display_value to a number.",
			Code: codeUseValue, Section: section, needs: needs,
		},
	}
}

func number(n float64) variant {
	return func(c *caseRun) request {
		e := c.lead().created()
		a := &e.Lead.Data[0]
		a.Type, a.Value, a.Input = payload.TypeNumber, payload.Number(n), fmt.Sprint(n)
		if n == float64(int64(n)) {
			a.Input = fmt.Sprintf("%.0f", n)
		}
		a.Display = a.Input
		return variantOf("with the number "+a.Input, e)
	}
}

func numberInput(c *caseRun) request {
	e := c.lead().created()
	a := &e.Lead.Data[0]
	a.Type, a.Value, a.Input, a.Display = payload.TypeNumber, payload.Number(1250), "1,250", "1,250"
	return variantOf("with the number 1250.0, typed as 1,250", e)
}
