package profiles

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"github.com/artstore/ingester/core"
)

// header is at the top of every profile file that this program writes.
const header = `# A profile of Ingester. It holds no secret: the client secret and passphrases
# are kept in the keychain ("ingester profile set-secret").

`

// prepare returns the text of a profile file in the folder dir, or refuses a
// profile that could not be read back.
func prepare(op string, p core.Profile, dir string) ([]byte, error) {
	err := validate(p)
	if err == nil {
		var text []byte
		if text, err = encode(p, dir); err == nil {
			return text, nil
		}
	}
	return nil, refused(op, fmt.Sprintf("%q", p.Name), err)
}

// encode returns p as the text of a file in dir, after making sure that reading it gives
// p again.
func encode(p core.Profile, dir string) ([]byte, error) {
	written, read := p, p
	for _, f := range files(&written) {
		if !utf8.ValidString(*f.path) {
			return nil, problems{{text: f.key + " is a path that is not UTF-8; rename the file"}}
		}
		*f.path = relative(*f.path, dir)
	}
	for _, f := range files(&read) {
		*f.path = absolute(*f.path, dir)
	}
	text, err := toml.Marshal(written)
	if err != nil {
		return nil, fmt.Errorf("writing TOML: %w", err)
	}
	text = append([]byte(header), text...)
	if len(text) > maxSize {
		return nil, fmt.Errorf("it is larger than %d bytes", maxSize)
	}
	again, err := decode(text, dir)
	switch {
	case err != nil:
		return nil, err
	case again != read:
		return nil, errors.New("it holds text that a profile file can't hold")
	}
	return text, nil
}
