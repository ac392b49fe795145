//go:build !linux && !windows

package filedialog

import "github.com/ncruces/zenity"

// ways is the dialog of macOS, or a helper program.
func ways() []dialog { return []dialog{tool} }

// owner would name the window that the dialog belongs to; macOS wants a
// program there, which it knows by itself.
func owner(uintptr) zenity.Option { return nil }
