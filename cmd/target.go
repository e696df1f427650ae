package cmd

import "artihook/emitter/signature"

// parseTarget reads a URL that may leave out what curl lets one leave out: localhost:3000/hook, :3000.
func parseTarget(s string) (signature.URL, error) { return signature.ParseURL(signature.Complete(s)) }
