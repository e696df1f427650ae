package settings

import (
	"errors"
	"fmt"
	"strings"

	"artihook/emitter/signature"
	"artihook/emitter/text"

	"github.com/spf13/cobra"
)

// SecretFlags set the shared secret. The zero value is the secret of artihook.yaml, or an empty one.
type SecretFlags struct {
	cmd    *cobra.Command
	secret string
	file   string
	once   *signature.Secret // the secret of the file, because stdin can be read only once
}

// Add adds --secret and --secret-file.
func (f *SecretFlags) Add(cmd *cobra.Command) {
	f.cmd = cmd
	cmd.Flags().StringVar(&f.secret, "secret", "", "Use this shared `SECRET`. Prefer the variable "+EnvPrefix+"SECRET, which no process list shows")
	cmd.Flags().StringVar(&f.file, "secret-file", "", "Read the secret from this `FILE`. - is stdin")
}

// Read returns the secret of the flags, otherwise that of the entry, otherwise the default of artihook.yaml. It may be empty. Errors
// never contain it.
func (f *SecretFlags) Read(set *Settings, entry Setting) (signature.Secret, error) {
	switch {
	case f.file != "" && f.cmd.Flags().Changed("secret"):
		return signature.Secret{}, errors.New("give --secret or --secret-file, not both")
	case f.once != nil:
		return *f.once, nil
	case f.file != "":
		secret, err := f.readFile(set)
		f.once = &secret
		return secret, err
	case f.cmd.Flags().Changed("secret"):
		return signature.NewSecret(f.secret), nil
	case !entry.given():
		entry = set.Config.Defaults.Secret
	}
	plain, err := set.Config.expand(entry, set.Env)
	return signature.NewSecret(plain), err
}

// readFile reads the secret without the line feed at the end of the file. It decodes UTF-16, and notes that it did.
func (f *SecretFlags) readFile(set *Settings) (signature.Secret, error) {
	arg := "@" + f.file
	if f.file == "-" {
		arg = "-"
	}
	data, err := set.ReadInput(f.cmd.Context(), arg)
	if err != nil {
		return signature.Secret{}, fmt.Errorf("read the secret: %w", err)
	}
	decoded, encoding := text.Decode(data)
	if encoding != text.UTF8 {
		set.Notef("the secret file is %s; its text without the byte order mark is the secret", encoding)
	}
	line := strings.TrimSuffix(strings.TrimSuffix(string(decoded), "\n"), "\r")
	return signature.NewSecret(line), nil
}
