package tlsconfig

import "github.com/artstore/ingester/core"

// op is the operation that errors of this package name.
const op = "read certificates"

// fileError says what is wrong with a file: "The file X " and problem.
func fileError(code core.Code, path, problem string, cause error) *core.Error {
	return &core.Error{Kind: core.KindConfig, Code: code, Op: op, Message: "The file " + path + " " + problem + ".", Err: cause}
}

// Problems that several forms of file have in common.
const (
	problemPassphraseMissing = "is encrypted, and no passphrase is set"
	problemPassphraseWrong   = "can't be opened with this passphrase"

	adviceKey = "; convert it with: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW"
)
