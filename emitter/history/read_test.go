package history

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestGetAndLast(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	store := openStore(t, newPath(t))
	if _, err := store.Last(ctx); !errors.Is(err, ErrNotFound) {
		t.Errorf("last of none: %v", err)
	}
	record(t, store, nil)
	record(t, store, func(d *Delivery) { d.Time = noon.AddDate(-1, 0, 0) })
	if d, err := store.Last(ctx); err != nil || d.ID != 2 || d.Response == nil || string(d.Request.Body) != `{"name":"Zoë <b>"}` {
		t.Errorf("last is %+v, %v", d, err)
	}
	_, err := store.Get(ctx, 3)
	if !errors.Is(err, ErrNotFound) || err.Error() != "delivery 3: not found in the history" {
		t.Errorf("get: %v", err)
	}
}

func TestLastOfLead(t *testing.T) {
	t.Parallel()
	type step struct {
		event   string
		version int
	}
	created, updated, completed := "lead:created", "lead:updated", "lead:completed"
	cases := map[string]struct {
		steps []step
		want  int64
	}{
		"highest version":        {[]step{{created, 1}, {updated, 3}, {updated, 2}}, 2},
		"newest of equal ones":   {[]step{{created, 1}, {updated, 2}, {updated, 2}}, 3},
		"completed, same number": {[]step{{completed, 2}, {updated, 2}, {updated, 2}}, 1},
		"completed wins":         {[]step{{completed, 2}, {updated, 9}}, 1},
		"newest completed":       {[]step{{completed, 5}, {completed, 5}, {updated, 5}}, 2},
		"no event":               {[]step{{created, 1}, {"", 7}}, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			store := openStore(t, newPath(t))
			for _, s := range c.steps {
				record(t, store, func(d *Delivery) { d.Event, d.Version = s.event, s.version })
			}
			record(t, store, func(d *Delivery) { d.Lead, d.Version = leadB, 99 })
			got, err := store.LastOfLead(context.Background(), leadA)
			if err != nil || got.ID != c.want {
				t.Errorf("delivery %d, %v, want %d", got.ID, err, c.want)
			}
		})
	}
	store := openStore(t, newPath(t))
	if _, err := store.LastOfLead(context.Background(), leadA); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), leadA) {
		t.Errorf("unknown lead: %v", err)
	}
}
