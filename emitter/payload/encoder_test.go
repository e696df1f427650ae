package payload

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
)

// TestEncoderWritesWhatTheEventWrites encodes conversations with one encoder, valid and invalid ones: answers that change,
// move, come back or go, other visitors, other editions.
func TestEncoderWritesWhatTheEventWrites(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var c Encoder
	city := []string{"Bern", "Köln", "Bern"}
	values := []Value{nil, Text("a"), Number(4), Address{Line1: "x"}, Raw(`{"a":1}`), Moment{Grain: "day", DateTime: Minute(time.Unix(1e9, 0))}}
	var data []Answer
	for n := range 20_000 {
		switch random.IntN(6) {
		case 0:
			data = data[:0]
		case 1:
			random.Shuffle(len(data), func(i, j int) { data[i], data[j] = data[j], data[i] })
		case 2:
			if len(data) > 0 {
				data[random.IntN(len(data))].Value = values[random.IntN(len(values))]
			}
		default:
			text := fmt.Sprint(random.IntN(5))
			data = append(data, Answer{Field: text + ` "ü`, Input: text, Type: TypeText, Display: text, Value: values[random.IntN(len(values))]})
			data = StoredOrder(data)
		}
		e := Event{
			Edition: Editions[random.IntN(2)], Action: []Action{Created, Updated, Completed}[random.IntN(3)], Time: Live(time.Unix(int64(n), 0)),
			Lead: Lead{ID: uuid.UUID{1: byte(n)}, Version: n, Data: data},
			Meta: Meta{ChatStartPage: "https://a.example", LastAnswered: fmt.Sprint(n % 3), Location: Location{City: &city[random.IntN(3)]}},
		}
		if want, got := string(e.AppendJSON(nil)), string(c.AppendJSON(nil, &e)); want != got {
			t.Fatalf("event %d: got\n%s, want\n%s", n, got, want)
		}
	}
	if len(c.answers) > 8 {
		t.Errorf("%d answers are kept", len(c.answers))
	}
}
