package payload_test

import (
	"fmt"
	"time"

	"artihook/emitter/payload"

	"github.com/google/uuid"
)

func ExampleEvent_AppendJSON() {
	now := time.Date(2026, 11, 21, 9, 30, 0, 123456700, time.UTC)
	event := payload.Event{
		Action: payload.Created,
		Time:   payload.Live(now),
		Lead: payload.Lead{
			ID: uuid.MustParse("c19377db-bdab-4f6d-b8f8-a327c693295e"), Created: payload.Stored(now), Modified: payload.Live(now), Version: 1,
			Data: []payload.Answer{{Field: "Seats", Input: "4", Type: payload.TypeNumber, Display: "4", Value: payload.Number(4)}},
		},
	}
	back, err := payload.Decode(event.AppendJSON(nil))
	fmt.Println(back.Action.Event(), back.Lead.Data[0].Field, back.Lead.Created, err)
	// Output: lead:created Seats 2026-11-21T09:30:00.123456 <nil>
}
