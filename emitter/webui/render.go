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
	shared := template.Must(template.ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
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

// layoutData is the data of the layout.
type layoutData struct {
	Title   string
	Here    string // the current entry of the navigation
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
