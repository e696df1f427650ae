package scenarios

import "testing"

// FuzzSentPath checks that a path of a sent value leads to one value, or is an error.
func FuzzSentPath(f *testing.F) {
	for _, path := range []string{"lead", "version", "answers['Work Email']", "answers.Email.type", "meta.location.city", "answers[0]", "a..b", "[?@.a]", "answers['", ""} {
		f.Add(path)
	}
	body, err := parseJSON([]byte(`{"lead":{"id":"1","version":2,"data":{"Email":{"input":"x","value":"x"}}},"meta":{"a":[1]}}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		at, err := parseSentPath(path)
		if err != nil {
			return
		}
		found := at.Get(body)
		if len(found) > 1 {
			t.Errorf("%s finds %v", path, found)
		}
		if len(found) == 0 && unknownSent(body, at, path, nil).Error() == "" {
			t.Error("no error")
		}
	})
}
