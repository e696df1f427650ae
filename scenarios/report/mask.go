package report

import "artihook/emitter/text"

// Mask replaces credentials in what the step shows, and passes every text and body through secret, which masks the
// webhook's secret in it. The bodies keep other credentials.
func (s *Step) Mask(secret func([]byte) []byte) {
	mask := func(texts ...*string) {
		for _, t := range texts {
			*t = text.Mask(string(secret([]byte(*t))))
		}
	}
	mask(&s.Name, &s.Why, &s.Repeat)
	for i := range s.Checks {
		mask(&s.Checks[i].What, &s.Checks[i].Expected, &s.Checks[i].Actual)
	}
	for i := range s.Exchanges {
		e := &s.Exchanges[i]
		mask(&e.Title, &e.URL, &e.Reason, &e.Request.Head, &e.Response.Head)
		e.Request.Body, e.Response.Body = secret(e.Request.Body), secret(e.Response.Body)
	}
}
