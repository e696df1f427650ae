package console

import (
	"os/exec"
	"runtime"
)

// openBrowser asks the desktop to show a page. It does not wait for the browser.
func openBrowser(url string) error {
	program, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		program = "open"
	case "windows":
		program, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	command := exec.Command(program, args...)
	if err := command.Start(); err != nil {
		return err
	}
	go func() { _ = command.Wait() }() // so that no zombie process remains
	return nil
}
