package transport

import (
	"errors"
	"io"
)

// MaxAnswer is how many bytes of an answer are read at most.
const MaxAnswer = 1 << 20

// ErrTooLong ends an answer beyond MaxAnswer.
var ErrTooLong = errors.New("the answer is longer than 1 MiB")

// ReadAnswer reads an answer up to MaxAnswer.
func ReadAnswer(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxAnswer+1))
	if err == nil && len(data) > MaxAnswer {
		return data[:MaxAnswer], ErrTooLong
	}
	return data, err
}
