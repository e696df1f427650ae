package signature_test

import (
	"fmt"

	"artihook/emitter/signature"
)

// Sign a delivery and verify it.
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
	fmt.Println(secret)
	// Output:
	// C6D49D9C1D9E5FB983D6D9568DF08F715BE77259
	// true
	// [secret]
}
