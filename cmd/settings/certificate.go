package settings

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"artihook/emitter/text"
)

// readAuthorities returns the certificates of a PEM file.
func readAuthorities(path string) (*x509.CertPool, error) {
	content, err := readPEM(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, fmt.Errorf("%s contains no certificate in PEM form", path)
	}
	return pool, nil
}

// clientCertificate returns the certificate of a PEM file with the private key of the file key, or of the same file if key is "". It
// returns nil if cert is "".
func clientCertificate(cert, key string) (*tls.Certificate, error) {
	if cert == "" {
		if key != "" {
			return nil, errors.New("--key needs its certificate; give the file with --cert")
		}
		return nil, nil
	}
	certPEM, err := readPEM(cert)
	if err != nil {
		return nil, err
	}
	keyFile := cmp.Or(key, cert)
	keyPEM, err := readPEM(keyFile)
	if err != nil {
		return nil, err
	}
	if findPEM(certPEM, "CERTIFICATE") == nil {
		return nil, fmt.Errorf("%s contains no certificate in PEM form%s", cert, pkcs12Hint(certPEM, cert))
	}
	switch block := findPEM(keyPEM, "PRIVATE KEY"); {
	case block == nil && key == "":
		return nil, fmt.Errorf("%s contains no private key; give its file with --key", cert)
	case block == nil:
		return nil, fmt.Errorf("%s contains no private key in PEM form%s", key, pkcs12Hint(keyPEM, key))
	case strings.HasPrefix(block.Type, "ENCRYPTED"), strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
		return nil, fmt.Errorf("the private key in %s is encrypted; write it without a password: openssl pkey -in %[1]s -out client.key", keyFile)
	}
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	switch {
	case err != nil && strings.Contains(err.Error(), "does not match"):
		return nil, fmt.Errorf("the private key in %s does not belong to the certificate in %s", keyFile, cert)
	case err != nil:
		return nil, fmt.Errorf("%s and %s are not a certificate and its private key: %s", cert, keyFile, strings.TrimPrefix(err.Error(), "tls: "))
	}
	return &pair, nil
}

func readPEM(path string) ([]byte, error) {
	file, err := readFile(path)
	if err != nil {
		return nil, err
	}
	content, _ := text.Decode(file)
	return content, nil
}

// findPEM returns the first block whose type ends with kind; nil if there is none.
func findPEM(content []byte, kind string) *pem.Block {
	for {
		block, rest := pem.Decode(content)
		if block == nil || strings.HasSuffix(block.Type, kind) {
			return block
		}
		content = rest
	}
}

// pkcs12Hint returns how to convert a file that is PKCS #12 or DER, which begin with an ASN.1 sequence; "" for other files.
func pkcs12Hint(content []byte, path string) string {
	if !bytes.HasPrefix(content, []byte{0x30}) || bytes.Contains(content, []byte("-----BEGIN")) {
		return ""
	}
	return fmt.Sprintf("; convert it: openssl pkcs12 -in %s -nodes -out client.pem", path)
}
