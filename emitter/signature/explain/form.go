package explain

import "strings"

// methodChanges lists the methods that are signed instead of the expected one.
func methodChanges(method string) []change {
	var changes []change
	for _, other := range []string{strings.ToLower(method), "POST", "GET", "PUT", "Post", ""} {
		if other == method {
			continue
		}
		why := "the sender signed another method than the one given"
		if strings.EqualFold(other, method) {
			why = "ArtiBot signs the method in upper case"
		}
		what := "method " + other
		if other == "" {
			what = "an empty method"
		}
		changes = append(changes, change{part: partMethod, value: other, id: "method", what: what, why: why})
	}
	return changes
}

// formChanges lists the other ways to put message and digest together. The other scheme stands first.
func formChanges(expected form) []change {
	other := change{
		part: partForm, form: formBody, id: "other-scheme", what: `scheme "body"`,
		why: "the body alone was signed: let both sides use the same scheme",
	}
	if expected == formBody {
		other.form, other.what = formURL, `scheme "url"`
		other.why = "method, URL and body were signed: let both sides use the same scheme"
	}
	rare := func(f form, id, what, why string) change {
		return change{part: partForm, form: f, id: id, what: what, why: why}
	}
	const parts = "ArtiBot signs METHOD&URL&BODY"
	const plain = "ArtiBot signs with HMAC-SHA1 and the secret as its key"
	return []change{
		other,
		rare(formNoMethod, "message-form", "URL&BODY", parts),
		rare(formJoined, "message-form", "method, URL and body without the & between them", parts),
		rare(formLines, "message-form", "method, URL and body on lines of their own", parts),
		rare(formPlainBody, "plain-hash", "a hash of the body without the secret", plain),
		rare(formPlain, "plain-hash", "a hash of METHOD&URL&BODY without the secret", plain),
		rare(formSecretBody, "plain-hash", "a hash of the secret and the body", plain),
		rare(formBodySecret, "plain-hash", "a hash of the body and the secret", plain),
	}
}
