package cmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"artihook/cmd/console"
	"artihook/cmd/settings"
	"artihook/emitter/signature"
	"artihook/emitter/traffic"
)

// exportLoad writes the load for another tool into the directory, and creates the directory if it is missing.
func exportLoad(a *app, opt *loadOptions, folder string, plan traffic.LoadOptions) error {
	if _, err := opt.client.Options(a.settings, 1); err != nil { // of a certificate
		return console.Usage(err)
	}
	files, err := traffic.ExportK6(plan, traffic.K6Options{
		Thresholds: opt.thresholds, Timeout: opt.client.Timeout, Insecure: opt.client.Insecure, ClientCert: opt.client.Cert != "",
	})
	if err != nil {
		return console.Usage(err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("create %s: %w", folder, settings.PlainError(err))
	}
	for name, content := range map[string][]byte{traffic.K6Script: files.Script, traffic.K6Data: files.Data} {
		err := writeFile(filepath.Join(folder, name), func(w io.Writer) error { _, err := w.Write(content); return err })
		if err != nil {
			return err
		}
	}
	script := filepath.Join(folder, traffic.K6Script)
	fmt.Fprintln(a.printer.Out, script)
	return noteK6(a, opt, script, plan.Webhook.URL)
}

// noteK6 notes how to run the script, and the settings that k6 takes only from its environment.
func noteK6(a *app, opt *loadOptions, script string, target signature.URL) error {
	words := []string{"k6", "run"}
	for _, file := range []struct{ flag, path string }{{"cert", opt.client.Cert}, {"key", opt.client.Key}} {
		if file.path != "" {
			path, err := filepath.Abs(file.path)
			if err != nil {
				return err
			}
			words = append(words, "-e", settings.EnvName(file.flag)+"="+path)
		}
	}
	a.printer.Notef("the script does not contain the secret; set %s and run\n  %s", settings.EnvName("secret"), a.settings.ShellLine(append(words, script)))
	connection, err := opt.client.Curl(a.settings, target)
	if err != nil {
		return console.Usage(err)
	}
	proxy := connection.Proxy
	if connection.ProxyVariable == settings.EnvName("proxy") { // it has a password
		proxy = "the value of --proxy"
	}
	if proxy != "" {
		a.printer.Notef("warning: k6 takes its proxy from the environment; set %s_PROXY to %s", strings.ToUpper(target.Scheme), proxy)
	}
	if opt.client.CACert != "" {
		a.printer.Notef("warning: k6 has no option like --ca-cert; on Linux, set SSL_CERT_FILE to %s, elsewhere add it to the authorities of the system", opt.client.CACert)
	}
	return nil
}

// writeFile creates a file with the output of write.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.Create(name)
	if err == nil {
		err = errors.Join(write(f), f.Close())
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, settings.PlainError(err))
	}
	return nil
}
