package payload

// Encoder encodes the events of conversations, one conversation after the other. It reuses the text of the parts that an
// event shares with the one before: the visitor and the answers so far. The strings that State and City point to must not
// change between events. The zero value is ready for use. An Encoder must not be used concurrently.
type Encoder struct {
	meta     Meta // without LastAnswered
	metaText []byte
	answers  []encodedAnswer // of the last event, in any order
}

type encodedAnswer struct {
	answer Answer
	text   []byte
}

// AppendJSON is Event.AppendJSON with reused text. The values of answers must be comparable; all types of this package
// are.
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

// common returns the text of Meta.appendCommon.
func (c *Encoder) common(m *Meta) []byte {
	meta := *m
	meta.LastAnswered = ""
	if len(c.metaText) == 0 || meta != c.meta {
		c.meta, c.metaText = meta, meta.appendCommon(c.metaText[:0])
	}
	return c.metaText
}

// answer returns the text of the answer at i. In the event before, the answer was at i, next to it, or at the end.
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
