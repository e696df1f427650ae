package webui

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
)

// cookieName is the cookie of a browser that has sent the token.
const cookieName = "artihook"

// cookie returns the value of the cookie. The token cannot be computed from it.
func (h *Handler) cookie() string {
	mac := hmac.New(sha256.New, h.opt.Token.Bytes())
	mac.Write([]byte("artihook ui"))
	return hex.EncodeToString(mac.Sum(nil))
}

// requireToken rejects requests without the token, if there is one. The page shows a form for it.
func (h *Handler) requireToken(next http.Handler) http.Handler {
	if h.opt.Token.Empty() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case h.authorized(r), r.URL.Path == "/healthz", r.URL.Path == "/login", strings.HasPrefix(r.URL.Path, "/assets/"):
			next.ServeHTTP(w, r)
		case isAPI(r):
			w.Header().Set("WWW-Authenticate", `Bearer realm="artihook"`)
			writeError(w, http.StatusUnauthorized, errNoToken)
		case r.Method == http.MethodGet:
			h.showLogin(w, http.StatusUnauthorized, r.URL.RequestURI(), "")
		default:
			h.showLogin(w, http.StatusUnauthorized, "/", "")
		}
	})
}

// authorized reports whether a request has the token: in the header Authorization, or as the cookie of login.
func (h *Handler) authorized(r *http.Request) bool {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return sameText(token, string(h.opt.Token.Bytes()))
	}
	cookie, err := r.Cookie(cookieName)
	return err == nil && sameText(cookie.Value, h.cookie())
}

// sameText compares in a time that does not depend on the content.
func sameText(a, b string) bool {
	hashA, hashB := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(hashA[:], hashB[:]) == 1
}

// loginData is the data of the login template.
type loginData struct{ Next, Problem string }

func (h *Handler) showLogin(w http.ResponseWriter, status int, next, problem string) {
	h.show(w, status, "login", layoutData{Title: "Token", Locked: true, Data: loginData{next, problem}})
}

// login sets the cookie if the form has the token.
func (h *Handler) login(w http.ResponseWriter, r *http.Request) {
	if !h.readPost(w, r) {
		return
	}
	next := ownPath(r.PostForm.Get("next"))
	if !h.opt.Token.Empty() {
		if !sameText(strings.TrimSpace(r.PostForm.Get("token")), string(h.opt.Token.Bytes())) {
			h.showLogin(w, http.StatusUnauthorized, next, "This is not the token of this page.")
			return
		}
		http.SetCookie(w, &http.Cookie{Name: cookieName, Value: h.cookie(), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// ownPath returns a path of this server, or "/" for any other address.
func ownPath(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") ||
		strings.ContainsAny(address, "\\\r\n") {
		return "/"
	}
	return u.RequestURI()
}
