package explain_test

import (
	"fmt"

	"artihook/emitter/signature"
	"artihook/emitter/signature/explain"
)

// The sender signed the public https URL. The receiver is behind a proxy that ends TLS and sees http.
func ExampleMismatch() {
	secret := signature.NewSecret("testing")
	m := signature.Message{Method: "POST", URL: "https://hooks.example.com/artibot", Body: []byte("{}")}
	header := signature.Sign(secret, signature.SchemeURL, m)

	m.URL = "http://hooks.example.com/artibot"
	finding, proven := explain.Mismatch(explain.Claim{Secret: secret, Message: m, Header: header})
	fmt.Println(proven, finding.ID)
	fmt.Println(finding.Text)
	// Output:
	// true scheme-https
	// the signature fits https://hooks.example.com/artibot: the receiver saw http (a TLS proxy in front?)
}
