package cmd

import (
	"errors"

	"artihook/emitter/traffic"
)

func (a *app) exportLoad(folder string, plan *traffic.LoadOptions, thresholds []traffic.Threshold) error {
	return errors.New("not yet")
}
