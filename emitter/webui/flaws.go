package webui

import (
	"artihook/emitter/history"
	"artihook/emitter/receiver"
)

// maxLinted is the largest body that the page compares with what ArtiBot sends, in bytes.
const maxLinted = 256 << 10

// flaws returns the differences between the body of a delivery and what ArtiBot sends, as listen reports them.
func flaws(d *history.Delivery) []receiver.Flaw {
	if len(d.Request.Body) > maxLinted {
		return nil
	}
	return receiver.Lint(d.Request.Body)
}
