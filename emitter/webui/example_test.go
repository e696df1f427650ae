package webui_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"artihook/emitter/history"
	"artihook/emitter/webui"
)

// Serve the page of an empty history. A request for another host name is rejected.
func ExampleNew() {
	folder, err := os.MkdirTemp("", "webui")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	store, err := history.Open(context.Background(), filepath.Join(folder, "history.db"), history.Options{})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	handler := webui.New(webui.Options{History: store, Hosts: []string{"127.0.0.1:8400"}})
	defer handler.Close()
	for _, host := range []string{"localhost:8400", "evil.example:8400"} {
		response := httptest.NewRecorder()
		handler.ServeHTTP(response, httptest.NewRequest(http.MethodGet, "http://"+host+"/", nil))
		fmt.Println(response.Code, strings.Contains(response.Body.String(), "Nothing has been sent yet"))
	}
	// Output:
	// 200 true
	// 421 false
}
