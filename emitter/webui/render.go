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

// parseTemplates reads each page with the layout around it and the parts that pages share.
func parseTemplates() map[string]*template.Template {
	pages := map[string]*template.Template{}
	shared := template.Must(template.ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		panic("page: " + err.Error())
	}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		pages[name] = template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, file))
	}
	return pages
}

// chrome is what the layout needs of every page.
type chrome struct {
	Title   string
	Here    string // the entry of the navigation that this page is
	History string // the file
	Data    any
}

// show renders a page whole before its first byte leaves, so that a fault makes no half page.
func (h *Handler) show(w http.ResponseWriter, status int, name string, c chrome) {
	c.History = h.opt.History.Path()
	var b bytes.Buffer
	if err := h.templates[name].ExecuteTemplate(&b, "layout", c); err != nil {
		http.Error(w, "The page could not be made: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever asked may have gone
}

// problem says what is wrong, and where to go on.
func (h *Handler) problem(w http.ResponseWriter, status int, what string) {
	h.show(w, status, "problem", chrome{Title: http.StatusText(status), Data: sentence(what)})
}

// sentence makes an error of the libraries one for a page.
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

// asset serves one of the page's own files.
func (h *Handler) asset(w http.ResponseWriter, r *http.Request) {
	name := path.Join("assets", path.Base(r.PathValue("name")))
	content, err := assetFiles.ReadFile(name)
	if err != nil {
		h.problem(w, http.StatusNotFound, "There is no such file.")
		return
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
}
