package report

import "artihook/emitter/text"

// Mask masks credentials in the texts of the step, and passes each text and body through secret, which masks the
// secret of the webhook. Other credentials stay in the bodies.
func (s *Step) Mask(secret func([]byte) []byte) {
	mask := func(texts ...*string) {
		for _, t := range texts {
			*t = text.Mask(string(secret([]byte(*t))))
		}
	}
	mask(&s.Name, &s.Why, &s.Repeat, &s.RepeatNew)
	if c := s.Case; c != nil {
		masked := *c // the caller may share it
		mask(&masked.Why, &masked.Sent, &masked.Want, &masked.Got, &masked.Fix, &masked.Note)
		s.Case = &masked
	}
	for i := range s.Checks {
		mask(&s.Checks[i].What, &s.Checks[i].Expected, &s.Checks[i].Actual)
	}
	for i := range s.Exchanges {
		e := &s.Exchanges[i]
		mask(&e.Title, &e.URL, &e.Reason, &e.Request.Head, &e.Response.Head)
		e.Request.Body, e.Response.Body = secret(e.Request.Body), secret(e.Response.Body)
	}
}
