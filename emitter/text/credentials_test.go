package text

import "testing"

func TestMask(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"plain text", "plain text"},
		{"http://localhost:3000/hook", "http://localhost:3000/hook"},
		{"http://ada:pa55@crm.example/hook", "http://…@crm.example/hook"},
		{"http://ada:p@ss@crm.example/hook", "http://…@crm.example/hook"},
		{"http://ada@crm.example/?to=a@b.example", "http://…@crm.example/?to=a@b.example"},
		{"ada@mail.example", "ada@mail.example"},
		{"http://h/?a=1&token=abc&b=2", "http://h/?a=1&token=…&b=2"},
		{"http://h/?X-Api-Key=abc&access_token=def#top", "http://h/?X-Api-Key=…&access_token=…#top"},
		{"http://h/?token=abc: refused (http://h/?token=abc).", "http://h/?token=…: refused (http://h/?token=…)."},
		{"http://h/?tokens=&monkey=1&author=x", "http://h/?tokens=&monkey=1&author=x"},
		{`cannot get "http://h/?code=abc": refused`, `cannot get "http://h/?code=…": refused`},
		{`the signature fits "http://h/?token=a b&x=c d"`, `the signature fits "http://h/?token=…&x=c d"`},
		{"POST /hook?sig=1 HTTP/1.1\nHost: h\nAuthorization: Bearer abc\nAccept: */*", "POST /hook?sig=… HTTP/1.1\nHost: h\nAuthorization: …\nAccept: */*"},
		{"proxy-authorization:Basic abc\r\nCookie: a=b; c=d\r\n", "proxy-authorization:…\r\nCookie: …\r\n"},
		{"error: Authorization: Basic abc", "error: Authorization: …"},
		{`curl -H 'Authorization: Bearer abc' -H "X-Auth-Token: def" http://u:p@h/`, `curl -H 'Authorization: …' -H "X-Auth-Token: …" http://…@h/`},
		{"x-artibot-signature: D3817110", "x-artibot-signature: D3817110"},
		{"Content-Type: application/json", "Content-Type: application/json"},
	} {
		if got := Mask(tt.in); got != tt.want {
			t.Errorf("Mask(%q)\n got %q\nwant %q", tt.in, got, tt.want)
		}
		if again := Mask(tt.want); again != tt.want {
			t.Errorf("Mask(%q) is %q, want it unchanged", tt.want, again)
		}
	}
}

func TestMaskNamesOfHeaders(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"Authorization": true, "COOKIE": true, "Set-Cookie": true, "X-Api-Key": true, "X-Auth": true, "X-Amz-Security-Token": true,
		"X-Artibot-Signature": false, "X-Author": false, "X-Request-Id": false, "Host": false, "WWW-Authenticate": false, "X-Monkey": false,
	} {
		if got := Mask(name+": abc") == name+": …"; got != want {
			t.Errorf("%s is masked: %v", name, got)
		}
	}
}
