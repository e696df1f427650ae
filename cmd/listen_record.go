package cmd

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/receiver"
	"artihook/emitter/text"
	"artihook/scenarios/format"
)

// recording is the scenario that listen writes while it listens. The zero value records nothing.
type recording struct {
	file     *os.File
	recorder *format.Recorder
	failed   error // the first error of add
}

// startRecording creates the file. It never overwrites an existing file.
func startRecording(name string) (recording, error) {
	if name == "" {
		return recording{}, nil
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return recording{}, console.Usagef("--record %q: the file exists already; give another name", name)
	}
	if err != nil {
		return recording{}, console.Usagef("--record %q: %w", name, settings.PlainError(err))
	}
	title := "recorded " + filepath.Base(name)
	return recording{file: file, recorder: &format.Recorder{W: file, Name: title}}, nil
}

// add records a delivery if its signature is valid and its body can be read. A correct receiver rejects all others.
func (r *recording) add(arrival *receiver.Arrival) {
	unreadable := arrival.Status == http.StatusBadRequest && arrival.Reason != ""
	if r.file == nil || r.failed != nil || !arrival.Verified || unreadable {
		return
	}
	r.failed = r.recorder.Add(arrival.Body)
}

// end closes the file and notes how many deliveries it has. It removes a file without any, because a scenario needs a step.
func (r *recording) end(a *app) error {
	if r.file == nil {
		return nil
	}
	if err := errors.Join(r.failed, r.file.Close()); err != nil {
		return fmt.Errorf("the recording %q is incomplete: %w", r.file.Name(), settings.PlainError(err))
	}
	if r.recorder.Steps == 0 {
		a.printer.Notef("nothing was recorded")
		return os.Remove(r.file.Name())
	}
	a.printer.Notef("%s recorded; artihook run %s --url URL replays them", text.Counted(r.recorder.Steps, "delivery"), r.file.Name())
	return nil
}
