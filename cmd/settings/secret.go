package settings

import (
	"errors"
	"fmt"
	"strings"

	"artihook/emitter/signature"

	"github.com/spf13/cobra"
)

// SecretFlags say where the shared secret comes from.
type SecretFlags struct {
	cmd    *cobra.Command
	secret string
	file   string
	once   *signature.Secret // what the file held; stdin gives it only once
}

func (f *SecretFlags) Add(cmd *cobra.Command) {
	f.cmd = cmd
	cmd.Flags().StringVar(&f.secret, "secret", "", "the shared `secret`; better in "+EnvPrefix+"SECRET, where no process list shows it")
	cmd.Flags().StringVar(&f.file, "secret-file", "", "read the secret from a `FILE`; - is stdin")
}

// Read gives the secret of the flags, else that of the file's entry, else that of the file's defaults. It may be empty.
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
	text, err := set.Config.expand(entry, set.Env)
	return signature.NewSecret(text), err
}

// readFile cuts the line feed off that editors put at the end of a file.
func (f *SecretFlags) readFile(set *Settings) (signature.Secret, error) {
	arg := "@" + f.file
	if f.file == "-" {
		arg = "-"
	}
	text, err := set.ReadInput(f.cmd.Context(), arg)
	if err != nil {
		return signature.Secret{}, fmt.Errorf("the secret: %w", err)
	}
	line := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	return signature.NewSecret(line), nil
}
