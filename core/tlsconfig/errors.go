package tlsconfig

import "github.com/artstore/ingester/core"

// op is the operation in this package's errors.
const op = "read certificates"

// fileError returns an error whose message is "The file X " followed by problem.
func fileError(code core.Code, path, problem string, cause error) *core.Error {
	return &core.Error{Kind: core.KindConfig, Code: code, Op: op, Message: "The file " + path + " " + problem + ".", Err: cause}
}

// Problems that several file formats have in common.
const (
	problemPassphraseMissing = "is encrypted, and no passphrase is set"
	problemPassphraseWrong   = "can't be opened with this passphrase"

	adviceKey = "; convert it with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW"
)
