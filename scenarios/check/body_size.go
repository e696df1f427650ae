package check

import (
	"fmt"
	"strings"

	"artihook/emitter/payload"
)

// sizeCases returns the cases about large bodies.
func sizeCases() []Case {
	return []Case{
		{
			ID: "body-200-answers", Level: Must, Requests: 1, run: expectAccepted(manyAnswers),
			Sends: "The created event of a lead with 200 answers.",
			Why:   "A long conversation has many answers.", Fix: "Do not limit the number of answers to less than a long bot has questions.",
			Code: codeEachAnswer,
		},
		{
			ID: "body-90-kb", Level: Must, Requests: 1, run: expectAccepted(long("90 KB", 90_000)),
			Sends: "The created event of a lead with a long answer: 90 KB in all.",
			Why:   "A visitor may paste a long text. Many frameworks limit a body to 100 KB or less.",
			Fix:   "Raise the body limit of your framework to a few megabytes, and read the whole body.", Code: codeBodyLimit, needs: []string{"body-long-answer"},
		},
		{
			ID: "body-1-mb", Level: Should, Requests: 1, run: expectAccepted(long("1 MB", 1_000_000)),
			Sends: "The created event of a lead with a very long answer: 1 MB in all.",
			Why:   "ArtiBot documents no maximum size of a body.",
			Fix:   "Raise the body limit of your framework to a few megabytes, and read the whole body.", Code: codeBodyLimit, needs: []string{"body-long-answer", "body-90-kb"},
		},
	}
}

func manyAnswers(c *caseRun) request {
	var answers []payload.Answer
	for i := range 200 {
		a := payload.Answer{Field: fmt.Sprintf("Question %03d", i+1), Type: payload.TypeText}
		setText(&a, fmt.Sprintf("the answer to question %d", i+1))
		answers = append(answers, a)
	}
	return variantOf("with 200 answers", c.lead().createdWithAnswers(answers))
}

func long(size string, bytes int) variant {
	return func(c *caseRun) request {
		// The body has the text three times: as input, display_value and value.
		return variantOf("with a body of "+size, c.lead().createdWith(strings.TrimSpace(strings.Repeat("a long story. ", bytes/14/3))))
	}
}
