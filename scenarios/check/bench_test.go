package check

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"artihook/emitter"
	"artihook/emitter/signature"
)

// BenchmarkRun runs all cases against a correct receiver on loopback that responds at once, and against one that needs 10 ms.
func BenchmarkRun(b *testing.B) {
	for _, delay := range []time.Duration{0, 10 * time.Millisecond} {
		b.Run(delay.String(), func(b *testing.B) {
			next := correct()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(delay)
				next.ServeHTTP(w, r)
			}))
			defer server.Close()
			url, err := signature.ParseURL(server.URL)
			if err != nil {
				b.Fatal(err)
			}
			sender := emitter.New(emitter.Options{Connections: manyLeadsCount})
			defer sender.Close()
			for b.Loop() {
				results, err := Run(b.Context(), Options{Emitter: sender, Webhook: emitter.Webhook{URL: url, Secret: signature.NewSecret(testSecret)}})
				if err != nil || len(failed(results)) > 0 {
					b.Fatal(failed(results), err)
				}
			}
		})
	}
}
