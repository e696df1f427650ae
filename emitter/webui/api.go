package webui

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"artihook/emitter/history"
	"artihook/emitter/text"
)

// openAPI describes the API, in JSON.
//
//go:embed openapi.json
var openAPI []byte

// maxRequest is the limit for the body of a request of the API, in bytes.
const maxRequest = 8 << 20

var errNoToken = errors.New("the token is missing or wrong; send Authorization: Bearer TOKEN, with the value of --token or ARTIHOOK_TOKEN")

// apiIndex is the response to GET /api.
type apiIndex struct {
	OpenAPI string   `json:"openapi"` // the path of the description
	Paths   []string `json:"paths"`   // each with its method
}

func (h *Handler) addAPI(mux *http.ServeMux) {
	api := http.NewServeMux()
	endpoints := map[string]apiFunc{
		"POST /api/send":                   h.apiSend,
		"POST /api/play":                   h.apiPlay,
		"POST /api/run":                    h.apiRun,
		"POST /api/check":                  h.apiCheck,
		"POST /api/verify":                 h.apiVerify,
		"GET /api/deliveries":              h.apiDeliveries,
		"DELETE /api/deliveries":           h.apiDelete,
		"GET /api/deliveries/{id}":         h.apiDelivery,
		"POST /api/deliveries/{id}/resend": h.apiResend,
		"GET /api/leads/{id}":              h.apiLead,
		"GET /api/jobs":                    h.apiJobs,
		"GET /api/jobs/{id}":               h.apiJob,
		"DELETE /api/jobs/{id}":            h.apiCancel,
	}
	index := apiIndex{OpenAPI: "/openapi.json", Paths: []string{"GET /api/events"}}
	for pattern, handle := range endpoints {
		api.Handle(pattern, handle)
		index.Paths = append(index.Paths, pattern)
	}
	slices.Sort(index.Paths)
	api.HandleFunc("GET /api/events", h.apiEvents)
	for _, pattern := range []string{"GET /api", "GET /api/{$}"} {
		api.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) { writeObject(w, http.StatusOK, index) })
	}
	api.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		writeError(w, http.StatusNotFound, fmt.Errorf("the API has no %s %s; /openapi.json describes it", r.Method, r.URL.Path))
	})
	mux.Handle("/api", fromOwnSite(api))
	mux.Handle("/api/", fromOwnSite(api))
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openAPI)
	})
	mux.HandleFunc("GET /healthz", h.health)
}

func isAPI(r *http.Request) bool {
	return r.URL.Path == "/api" || strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/openapi.json"
}

// fromOwnSite rejects requests that another site makes in a browser. CrossOriginProtection does so only for methods that change
// something.
func fromOwnSite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		site, origin := r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Origin")
		if from, err := url.Parse(origin); origin != "" && (err != nil || from.Host != r.Host) || site != "" && site != "same-origin" && site != "none" {
			writeError(w, http.StatusForbidden, errOtherSite)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// apiFunc handles a request of the API. It returns the status and the object of the response, or an error.
type apiFunc func(w http.ResponseWriter, r *http.Request) (status int, object any, err error)

func (f apiFunc) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
			writeError(w, http.StatusUnsupportedMediaType, errors.New("the Content-Type must be application/json"))
			return
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	status, object, err := f(w, r)
	if err != nil {
		writeError(w, statusOf(err), err)
		return
	}
	writeObject(w, status, object)
}

// statusError is an error with a status other than 400.
type statusError struct {
	error
	status int
}

func (e *statusError) Unwrap() error { return e.error }

func withStatus(status int, err error) error { return &statusError{err, status} }

var (
	errStopping = withStatus(http.StatusServiceUnavailable, errors.New("artihook ui is stopping"))
	errBusy     = withStatus(http.StatusTooManyRequests, errors.New("too many requests are waiting for a receiver; try again later"))
)

func statusOf(err error) int {
	var known *statusError
	var tooLarge *http.MaxBytesError
	var store *history.Error
	switch {
	case errors.As(err, &known):
		return known.status
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, history.ErrNotFound):
		return http.StatusNotFound
	case errors.As(err, &store):
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

func writeError(w http.ResponseWriter, status int, err error) {
	writeObject(w, status, struct {
		Error string `json:"error"`
	}{text.Printable(err.Error())})
}

func writeObject(w http.ResponseWriter, status int, object any) {
	encoded, err := text.EncodeJSON(object)
	if err != nil {
		status, encoded = http.StatusInternalServerError, []byte(`{"error":"the response could not be encoded"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(encoded, '\n')) // fails only if the client has disconnected
}

// readJSON reads the body of a request, which must be one object with known fields. An empty body is an empty object.
func readJSON(r *http.Request, into any) error {
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			return errors.New("the body must be one JSON object")
		}
		return nil
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return err
	case errors.As(err, &syntax), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the body is not valid JSON")
	case errors.As(err, &kind):
		return fmt.Errorf("%q has the wrong type: a JSON %s", kind.Field, kind.Value)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// pathNumber returns the number in the path of a request.
func pathNumber(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, withStatus(http.StatusNotFound, fmt.Errorf("%q is not a number", r.PathValue("id")))
	}
	return id, nil
}

// health reports whether the history can be read.
func (h *Handler) health(w http.ResponseWriter, r *http.Request) {
	if _, err := h.opt.History.Last(r.Context()); err != nil && !errors.Is(err, history.ErrNotFound) {
		writeError(w, http.StatusServiceUnavailable, err)
		return
	}
	writeObject(w, http.StatusOK, struct {
		Status  string `json:"status"`
		Version string `json:"version"`
	}{"ok", h.opt.Version})
}
