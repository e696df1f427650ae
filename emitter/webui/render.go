package webui

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// parseTemplates returns the templates of the pages by name. Each has the layout and the shared parts.
func parseTemplates() map[string]*template.Template {
	pages := map[string]*template.Template{}
	shared := template.Must(template.New("").Funcs(templateFuncs).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		panic("webui: " + err.Error())
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		pages[name] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, file))
	}
	return pages
}

var templateFuncs = template.FuncMap{
	"filter":   newFilterField,
	"sentence": sentence,
	"hidden":   func() []string { return []string{"scenario", "tampered"} },                    // keys that the filters keep
	"unshown":  func() []string { return []string{"scenario", "tampered", "before", "after"} }, // keys without a field
}

// filterField is a field of the filters.
type filterField struct{ Key, Label, Hint, List, Value, Problem string }

// newFilterField returns the field of a key. list is the id of its suggestions.
func newFilterField(v view, key, label, hint string, list ...string) filterField {
	return filterField{key, label, hint, strings.Join(list, ""), v.Get(key), v.Problem(key)}
}

// layoutData is the data of the layout.
type layoutData struct {
	Title   string
	Here    string // the current entry of the navigation
	Locked  bool   // the token is missing
	Refresh bool   // without JavaScript, load the page again after a second
	History string // the name of the file
	Data    any    // of the page's template
}

// show renders a page completely before it writes the first byte, so that an error does not leave a part of a page.
func (h *Handler) show(w http.ResponseWriter, status int, name string, data layoutData) {
	data.History = h.opt.History.Path()
	var b bytes.Buffer
	if err := h.templates[name].ExecuteTemplate(&b, "layout", data); err != nil {
		http.Error(w, "The page could not be rendered: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // fails only if the browser has disconnected
}

// readPost reads the form of a POST request. If it cannot, it responds and reports false.
func (h *Handler) readPost(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		h.problem(w, http.StatusBadRequest, "The form could not be read: it is not valid, or it is larger than 8 MiB.")
		return false
	}
	return true
}

// noDeadline allows a response to take as long as it does. The server has time limits for clients, not for receivers.
func noDeadline(w http.ResponseWriter) {
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Time{}) // an error means that the writer has no deadline
	_ = connection.SetWriteDeadline(time.Time{})
}

// problem shows an error page.
func (h *Handler) problem(w http.ResponseWriter, status int, text string) {
	h.show(w, status, "problem", layoutData{Title: http.StatusText(status), Data: sentence(text)})
}

// sentence returns the text of an error as a sentence, with a capital and a full stop.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}

// asset serves a file of the assets folder.
func (h *Handler) asset(w http.ResponseWriter, r *http.Request) {
	name := path.Join("assets", path.Base(r.PathValue("name")))
	content, err := assetFiles.ReadFile(name)
	if err != nil {
		h.problem(w, http.StatusNotFound, "There is no such file.")
		return
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}
