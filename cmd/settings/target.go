package settings

import "artihook/emitter/signature"

// ParseTarget parses a URL in the short forms that curl accepts: localhost:3000/hook, :3000.
func ParseTarget(s string) (signature.URL, error) { return signature.ParseURL(signature.Complete(s)) }
