package webui

import (
	"artihook/emitter/history"
	"artihook/emitter/receiver"
)

// maxLinted is the largest body that the page compares with the payload of ArtiBot, in bytes.
const maxLinted = 256 << 10

// flaws returns the differences between the body of a delivery and the payload of ArtiBot, as listen reports them.
func flaws(d *history.Delivery) []receiver.Flaw {
	if len(d.Request.Body) > maxLinted {
		return nil
	}
	return receiver.Lint(d.Request.Body)
}
