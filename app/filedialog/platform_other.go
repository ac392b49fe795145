//go:build !linux && !windows

package filedialog

import "github.com/ncruces/zenity"

// ways is the dialog of macOS, or else a helper program.
func ways() []dialog { return []dialog{tool} }

// owner is nil: macOS knows the program that the dialog belongs to.
func owner(uintptr) zenity.Option { return nil }
