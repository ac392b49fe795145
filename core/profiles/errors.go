package profiles

import (
	"fmt"
	"strings"

	"github.com/artstore/ingester/core"
)

// maxProblems is how many problems one error lists.
const maxProblems = 20

// problem is one thing wrong with a profile file.
type problem struct {
	line int // 1…, 0 if it is about the whole file
	text string
}

// problems lists everything that is wrong with a profile file, in the file's order.
type problems []problem

// Error implements error.
func (list problems) Error() string {
	parts := make([]string, 0, len(list))
	for _, p := range list[:min(len(list), maxProblems)] {
		text := p.text
		if p.line > 0 {
			text = fmt.Sprintf("line %d: %s", p.line, p.text)
		}
		parts = append(parts, text)
	}
	if more := len(list) - maxProblems; more > 0 {
		parts = append(parts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(parts, "; ")
}

// err returns the problems, or nil if there are none.
func (list problems) err() error {
	if len(list) == 0 {
		return nil
	}
	return list
}

// refused returns the error for a profile that can't be used. what names it.
func refused(op, what string, reason error) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: op,
		Message: fmt.Sprintf("The profile %s can't be used: %v.", what, reason)}
}

// unreadable returns the error for a file that can't be read.
func unreadable(message string, err error) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeProfileInvalid, Op: opRead, Message: message, Err: err}
}

// unwritable returns the error for a file that can't be written.
func unwritable(op, message string, err error) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: op, Message: message, Err: err}
}
