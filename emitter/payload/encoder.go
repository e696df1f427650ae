package payload

// Encoder writes the events of conversations, one conversation after the other, and keeps the text of what an event has
// in common with the one before: who the visitor is, and the answers so far. What State and City point to must not change
// from event to event. It is for one goroutine at a time; the zero value is ready.
type Encoder struct {
	meta     Meta // but for LastAnswered
	metaText []byte
	answers  []encodedAnswer // of the last event, in no order that counts
}

type encodedAnswer struct {
	answer Answer
	text   []byte
}

// AppendJSON appends what Event.AppendJSON appends. Values of answers must be comparable, as all of this package are.
func (c *Encoder) AppendJSON(dst []byte, e *Event) []byte {
	dst = e.appendLeadHead(append(dst, `{"lead":`...))
	for i := range e.Lead.Data {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, c.answer(i, &e.Lead.Data[i])...)
	}
	dst = append(append(dst, `}},"meta":`...), c.common(&e.Meta)...)
	return e.appendTail(e.appendLastAnswered(dst))
}

// common gives the text of what meta says in every event.
func (c *Encoder) common(m *Meta) []byte {
	meta := *m
	meta.LastAnswered = ""
	if len(c.metaText) == 0 || meta != c.meta {
		c.meta, c.metaText = meta, meta.appendCommon(c.metaText[:0])
	}
	return c.metaText
}

// answer gives the text of an answer that stands at i. In the event before it stood there, or one place further to the
// front, or at the end.
func (c *Encoder) answer(i int, a *Answer) []byte {
	for _, at := range [...]int{i, i - 1, i + 1, len(c.answers) - 1} {
		if at >= 0 && at < len(c.answers) && c.answers[at].answer == *a {
			if at != i && i < len(c.answers) {
				c.answers[at], c.answers[i] = c.answers[i], c.answers[at]
				at = i
			}
			return c.answers[at].text
		}
	}
	if i >= len(c.answers) {
		c.answers = append(c.answers, encodedAnswer{})
		i = len(c.answers) - 1
	}
	known := &c.answers[i]
	known.answer = *a
	known.text = a.appendJSON(append(AppendString(known.text[:0], a.Field), ':'))
	return known.text
}
