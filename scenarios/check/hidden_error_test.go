package check

import "testing"

// TestErrorInText lists the texts of 2xx responses that are errors.
func TestErrorInText(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ body, want string }{
		{"", ""},
		{"ok", ""},
		{`{"ok":true,"error":null}`, ""},
		{`{"success":true,"errors":[]}`, ""},
		{`{"error":"","exception":false}`, ""},
		{`["error"]`, ""},
		{`{"error":"could not store lead"}`, "an error"},
		{`{"errors":[{"message":"no"}]}`, "an error"},
		{`{"exception":{"class":"PDOException"}}`, "an error"},
		{`{"success":false}`, "a failure"},
		{"<br />\n<b>Fatal error</b>:  Uncaught TypeError: x in <b>/srv/hook.php</b> on line <b>7</b><br />", "a stack trace or a warning"},
		{"PHP Warning:  Undefined array key 1 in /srv/hook.php on line 7", "a stack trace or a warning"},
		{"<pre>TypeError: x<br> &nbsp; &nbsp;at parse (/srv/app/index.js:10:5)<br> &nbsp; &nbsp;at next</pre>", "a stack trace or a warning"},
		{`{"detail":"x\n   at Shop.Hook.Receive(Event e) in C:\\app\\Hook.cs:line 12"}`, "a stack trace or a warning"},
		{"Traceback (most recent call last):\n  File \"x.py\"", "a stack trace or a warning"},
		{"We are at 12:30 (the shop)", ""},
	} {
		if got := errorInText([]byte(tt.body)); got != tt.want {
			t.Errorf("%.60q: got %q, want %q", tt.body, got, tt.want)
		}
	}
}
