package settings

import "artihook/emitter/signature"

// ParseTarget reads a URL that may leave out what curl lets one leave out: localhost:3000/hook, :3000.
func ParseTarget(s string) (signature.URL, error) { return signature.ParseURL(signature.Complete(s)) }
