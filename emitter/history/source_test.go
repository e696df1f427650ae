package history

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFilterOrigins(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	record(t, store, func(d *Delivery) { d.Source = SourceSend })
	record(t, store, func(d *Delivery) { d.Source, d.Tampered = SourceSend, "body" })
	record(t, store, func(d *Delivery) { d.Source, d.Scenario, d.Step = SourceRun, "a day", "first" })
	record(t, store, func(d *Delivery) { d.Source, d.Proxy = SourceLoad, "http://proxy.example:3128" })
	record(t, store, nil)
	for filter, want := range map[Filter]string{
		{Source: SourceSend}: "2 1", {Source: SourceRun}: "3", {Source: SourceUI}: "", {Scenario: "a day"}: "3", {Scenario: "day"}: "",
		{Tampered: true}: "2", {Tampered: true, Source: SourceRun}: "", {Source: SourceLoad, Status: "2xx"}: "4",
	} {
		if got := listIDs(t, store, filter); got != want {
			t.Errorf("%+v: %q, want %q", filter, got, want)
		}
		if s, err := store.Stats(t.Context(), filter); err != nil || int(s.Deliveries) != (len(want)+1)/2 {
			t.Errorf("%+v: %d deliveries, %v", filter, s.Deliveries, err)
		}
	}
	if d, err := store.Get(t.Context(), 4); err != nil || d.Source != SourceLoad || d.Proxy != "http://proxy.example:3128" || d.Tampered != "" {
		t.Errorf("got %q, %q, %q, %v", d.Source, d.Proxy, d.Tampered, err)
	}
	if d, err := store.Get(t.Context(), 2); err != nil || d.Tampered != "body" {
		t.Errorf("got %q, %v", d.Tampered, err)
	}
}

func TestFilterSeveralStatuses(t *testing.T) {
	t.Parallel()
	store := listed(t)
	for status, want := range map[string]string{
		"ok": "7 6 2 1", "4xx,5xx": "8 4 3", "500,refused": "5 3", "unknown,404": "9 8", "ok,failed": "8 7 6 5 4 3 2 1", "failed,unknown": "9 8 5 4 3",
		"204,5xx": "4 3 2 1", "refused,timeout": "5",
	} {
		for _, lead := range []string{"", leadB} {
			filter := Filter{Status: status, Lead: lead}
			if got := listIDs(t, store, filter); lead == "" && got != want {
				t.Errorf("%s: %q, want %q", status, got, want)
			}
			statuses, err := parseStatuses(status)
			if err != nil {
				t.Fatal(err)
			}
			selected := map[int64]bool{}
			for d, err := range store.List(t.Context(), filter) {
				if err != nil {
					t.Fatal(err)
				}
				selected[d.ID] = true
			}
			for d, err := range store.List(t.Context(), Filter{Lead: lead}) {
				if err != nil {
					t.Fatal(err)
				}
				if matches := matchesAny(statuses, &d); matches != selected[d.ID] {
					t.Errorf("%s, lead %q: watching, delivery %d: %v", status, lead, d.ID, matches)
				}
			}
		}
	}
	for _, status := range []string{",", "ok,", "ok,9xx", "99"} {
		if err := (Filter{Status: status}).Validate(); err == nil {
			t.Errorf("%q is no error", status)
		}
	}
}

// TestUpgradeFromTheFourthForm fills a file as the version before sources had it.
func TestUpgradeFromTheFourthForm(t *testing.T) {
	t.Parallel()
	path := newPath(t)
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	steps := schema()[:4]
	rawExec(t, path, append(steps, "PRAGMA application_id = 1634890857", "PRAGMA user_version = 4",
		"INSERT INTO settings VALUES (1, 'crm', 'http://localhost/', 'http://localhost/', 'url', '2019', ''), (2, '', 'http://other/', 'http://other/', 'url', '2019', 'sales')",
		"INSERT INTO leads VALUES (1, 'a lead')",
		"INSERT INTO deliveries VALUES (1, 60000000, 1, 1, 'lead:created', 1, 1, 0), (2, 60000001, 1, 2, 'lead:updated', 2, 1, 0), (3, 60000002, 1, 2, '', 0, 1, 0), (4, 60000003, NULL, 1, '', 0, 1, 0), (5, 60000004, NULL, 1, '', 0, 1, 0)",
		"INSERT INTO requests SELECT id, x'' FROM deliveries", "INSERT INTO minutes VALUES (1, 1)",
		"INSERT INTO origins VALUES (2, 'a day', 'first', NULL, NULL), (3, 'check', 'signature-valid', NULL, NULL), (4, NULL, NULL, 1, NULL), (5, 'a day', NULL, NULL, 'import')",
		"INSERT INTO outcomes VALUES (1, 204, 0, 0, NULL, NULL, NULL), (2, 500, 0, 0, NULL, NULL, NULL)",
		"UPDATE numbering SET last = 5")...)
	store := openStore(t, path)
	record(t, store, func(d *Delivery) { d.Source, d.Webhook, d.Lead = SourcePlay, "crm", "a lead" })
	for filter, want := range map[Filter]string{
		{}: "6 5 4 3 2 1", {Source: SourceRun}: "2", {Source: SourceCheck}: "3", {Source: SourceImport}: "5", {Source: SourcePlay}: "6",
		{Webhook: "crm"}: "6 5 4 1", {Lead: "a lead", Status: "ok,5xx"}: "6 2 1", {Scenario: "a day"}: "5 2", {Tampered: true}: "", {ResendOf: 1}: "4",
	} {
		if got := listIDs(t, store, filter); got != want {
			t.Errorf("%+v: %q, want %q", filter, got, want)
		}
	}
	if d, err := store.Get(t.Context(), 1); err != nil || d.Webhook != "crm" || d.Source+d.Tampered+d.Proxy != "" {
		t.Errorf("an old delivery: %+v, %v", d, err)
	}
}

func TestLeadsWithPrefix(t *testing.T) {
	t.Parallel()
	store := openStore(t, newPath(t))
	for _, lead := range []string{leadA, leadB, "f3c5aaaa-1111-4222-8333-944455566677", "Odd-Lead", ""} {
		record(t, store, func(d *Delivery) { d.Lead = lead })
	}
	for prefix, want := range map[string]int{
		"0b0a": 1, "0B0A6f": 1, "0b0a6f4e-7f": 1, leadA: 1, "f3c5": 2, "f3c5d": 1, "f3c": 0, "odd-": 1, "Odd-Lead": 1, "odd_": 0, "0b0a6f4e7f": 0, "ffff": 0,
	} {
		got, err := store.LeadsWithPrefix(t.Context(), prefix, 10)
		if err != nil || len(got) != want {
			t.Errorf("%q: %q, %v, want %d", prefix, got, err, want)
		}
	}
	if got, err := store.LeadsWithPrefix(t.Context(), "f3c5", 1); err != nil || len(got) != 1 {
		t.Errorf("with a limit: %q, %v", got, err)
	}
}
