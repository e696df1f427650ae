package history

import "testing"

func TestOK(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		err    string
		want   bool
	}{
		{200, "", true},
		{204, "", true},
		{299, "", true},
		{0, "", false},
		{199, "", false},
		{302, "", false},
		{401, "", false},
		{500, "", false},
		{200, "closed", false}, // the response was not complete
		{0, "refused", false},
	}
	for _, tt := range tests {
		d := Delivery{Status: tt.status, Error: tt.err}
		if d.OK() != tt.want {
			t.Errorf("status %d, error %q: OK is %v", tt.status, tt.err, d.OK())
		}
	}
}

func TestSetResponse(t *testing.T) {
	t.Parallel()
	var d Delivery
	if err := d.SetResponse(nil, false); err != nil || d.Response != nil || d.RawResponse != nil {
		t.Errorf("nothing came: %+v, %v", d, err)
	}
	raw := []byte("HTTP/1.1 201 Created\r\nX-Id: 7\r\n\r\nhello")
	if err := d.SetResponse(raw, false); err != nil || d.Status != 201 || string(d.Response.Body) != "hello" || string(d.RawResponse) != string(raw) {
		t.Errorf("got %+v, %v", d, err)
	}
	var broken Delivery
	if err := broken.SetResponse([]byte("220 mail"), false); err == nil || broken.Status != 0 || string(broken.RawResponse) != "220 mail" {
		t.Errorf("got %+v, %v", broken, err)
	}
}
