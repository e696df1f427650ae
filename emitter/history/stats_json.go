package history

import (
	"math"
	"time"

	"artihook/emitter/text"
)

type countJSON struct {
	Name       string `json:"name"`
	Deliveries int64  `json:"deliveries"`
	Accepted   int64  `json:"accepted"`
}

type latencyJSON struct {
	Min  float64 `json:"min"`
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P95  float64 `json:"p95"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
}

// MarshalJSON writes one object. Without deliveries, accepted_share, first and
// last are null; without responses, latency_ms is null.
func (s Stats) MarshalJSON() ([]byte, error) {
	out := struct {
		Deliveries    int64        `json:"deliveries"`
		Accepted      int64        `json:"accepted"`
		AcceptedShare *float64     `json:"accepted_share"`
		First         *string      `json:"first"`
		Last          *string      `json:"last"`
		Events        []countJSON  `json:"events"`
		Webhooks      []countJSON  `json:"webhooks"`
		Statuses      []countJSON  `json:"statuses"`
		LatencyMS     *latencyJSON `json:"latency_ms"`
		RequestBytes  int64        `json:"request_bytes"`
		ResponseBytes int64        `json:"response_bytes"`
		FileBytes     int64        `json:"file_bytes"`
	}{
		Deliveries: s.Deliveries, Accepted: s.Accepted,
		Events: countsJSON(s.Events), Webhooks: countsJSON(s.Webhooks), Statuses: countsJSON(s.Statuses),
		RequestBytes: s.RequestBytes, ResponseBytes: s.ResponseBytes, FileBytes: s.FileBytes,
	}
	if s.Deliveries > 0 {
		share := math.Round(s.AcceptedShare()*1e6) / 1e6
		first, last := s.First.UTC().Format(jsonTime), s.Last.UTC().Format(jsonTime)
		out.AcceptedShare, out.First, out.Last = &share, &first, &last
	}
	if l := s.Latency; l.Max > 0 {
		out.LatencyMS = &latencyJSON{inMS(l.Min), inMS(l.Mean), inMS(l.P50), inMS(l.P90), inMS(l.P95), inMS(l.P99), inMS(l.Max)}
	}
	return text.EncodeJSON(out)
}

// AcceptedShare returns the share of accepted deliveries, from 0 to 1; 0 without
// deliveries.
func (s *Stats) AcceptedShare() float64 {
	return float64(s.Accepted) / float64(max(s.Deliveries, 1))
}

func countsJSON(counts []Count) []countJSON {
	list := make([]countJSON, len(counts))
	for i, c := range counts {
		list[i] = countJSON(c)
	}
	return list
}

func inMS(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
