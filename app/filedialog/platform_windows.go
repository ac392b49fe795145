package filedialog

import "github.com/ncruces/zenity"

// ways is the dialog of Windows.
func ways() []dialog { return []dialog{tool} }

// owner names the window that the dialog belongs to, nil if unknown.
func owner(window uintptr) zenity.Option {
	if window == 0 {
		return nil
	}
	return zenity.Attach(window)
}
