//go:build unix

package settings

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"artihook/scenarios/report"
)

// TestReportToPipe writes a report to a pipe, which must stay a pipe.
func TestReportToPipe(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	pipe, err := os.OpenFile(name, os.O_RDWR, 0) // for reading and writing, so that neither end waits for the other
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if err := writeReport(reportFile{name, report.WriteTAP}, &report.Report{}); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(name)
	if err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Fatalf("the pipe is now %v, %v", info.Mode(), err)
	}
	got := make([]byte, len("TAP version 14"))
	if _, err := io.ReadFull(pipe, got); err != nil || !bytes.Equal(got, []byte("TAP version 14")) {
		t.Errorf("the pipe contains %q, %v", got, err)
	}
}

// TestReportThroughLink writes a report through a symbolic link. The link and the mode of the file must stay.
func TestReportThroughLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "results.tap"), filepath.Join(dir, "link.tap")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if err := writeReport(reportFile{link, report.WriteTAP}, &report.Report{}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(text, []byte("TAP version 14")) {
		t.Errorf("the file contains %q, %v", text, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is now %v, %v", info.Mode(), err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}
