package scenarios

import (
	"artihook/emitter"
	"artihook/emitter/exchange"
	"artihook/emitter/text"
	"artihook/scenarios/format"
)

// expandHeaders returns headers of the file with their variables expanded. It adds the values of headers that hold
// credentials to the masked texts.
func (s *scenarioRun) expandHeaders(headers format.Map[format.Text], vars *variables) ([]exchange.Header, error) {
	var expanded []exchange.Header
	for i := range headers {
		h := &headers[i]
		value, err := vars.expandAt(&h.Value)
		if err != nil {
			return nil, err
		}
		header, err := emitter.NewHeader(h.Key, value)
		if err != nil {
			return nil, diagnosticAt(h.Place, err)
		}
		if line := h.Key + ": " + value; text.Mask(line) != line {
			s.mask(value)
		}
		expanded = append(expanded, header)
	}
	return expanded, nil
}
