// A receiver of ArtiBot's webhooks that uses the standard library only. It verifies the signature of each event and logs the
// event.
package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	log.Fatal(http.ListenAndServe("localhost:"+os.Getenv("PORT"), http.HandlerFunc(receive)))
}

func receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20)) // the raw bytes, before any JSON parser
	if err != nil {
		http.Error(w, "unreadable body", http.StatusBadRequest)
		return
	}
	origin := os.Getenv("PUBLIC_ORIGIN")
	if origin == "" {
		origin = "http://" + r.Host
	}
	mac := hmac.New(sha1.New, []byte(os.Getenv("SECRET")))
	io.WriteString(mac, r.Method+"&"+origin+r.RequestURI+"&")
	mac.Write(body)
	received, _ := hex.DecodeString(r.Header.Get("x-artibot-signature"))
	if !hmac.Equal(received, mac.Sum(nil)) {
		http.Error(w, "wrong signature", http.StatusUnauthorized)
		return
	}
	var event struct {
		Action  string `json:"action"`
		Version int    `json:"resource_version"`
	}
	if json.Unmarshal(body, &event) != nil {
		http.Error(w, "not JSON", http.StatusBadRequest)
		return
	}
	log.Println(event.Action, event.Version)
	w.WriteHeader(http.StatusNoContent)
}
