package signature_test

import (
	"fmt"

	"artihook/emitter/signature"
)

// Sign a delivery, check it, and find out why it does not fit behind a proxy that ends TLS.
func Example() {
	secret := signature.NewSecret("testing")
	u, err := signature.ParseURL("https://Hooks.Example.com:443/artibot")
	if err != nil {
		fmt.Println(err)
		return
	}
	m := signature.Message{Method: "POST", URL: u.String(), Body: []byte("{}")}
	header := signature.Sign(secret, signature.SchemeURL, m)
	fmt.Println(header)
	fmt.Println(signature.Verify(secret, signature.SchemeURL, m, header))

	m.URL = "http://hooks.example.com/artibot"
	finding, proven := signature.Explain(signature.Claim{Secret: secret, Message: m, Header: header})
	fmt.Println(proven, finding.ID)
	fmt.Println(finding.Text)
	fmt.Println(secret)
	// Output:
	// C6D49D9C1D9E5FB983D6D9568DF08F715BE77259
	// true
	// true scheme-https
	// the signature fits https://hooks.example.com/artibot: the receiver saw http (a TLS proxy in front?)
	// [secret]
}
