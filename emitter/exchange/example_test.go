package exchange_test

import (
	"fmt"
	"os"

	"artihook/emitter/exchange"
)

func Example() {
	raw := "POST /hook HTTP/1.1\r\n" +
		"Host: localhost:8000\r\n" +
		"User-Agent: artibot-api\r\n" +
		"Content-Length: 2\r\n" +
		"x-artibot-signature: AB12\r\n" +
		"\r\n{}"
	request, err := exchange.ParseRequest([]byte(raw))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(request.AppendRaw(nil)) == raw)
	if err := exchange.Curl(os.Stdout, request, exchange.CurlOptions{URL: "http://localhost:8000/hook"}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// true
	// curl -q -X POST --http1.1 --path-as-is --globoff \
	//   -H 'User-Agent: artibot-api' \
	//   -H 'x-artibot-signature: AB12' \
	//   -H Accept: \
	//   -H Content-Type: \
	//   -H Expect: \
	//   --data-binary '{}' \
	//   http://localhost:8000/hook
}
