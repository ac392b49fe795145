package filedialog

import "github.com/ncruces/zenity"

// ways are the portal, which every current desktop has, and else a helper program.
func ways() []dialog { return []dialog{portal{sessionBus}.ask, tool} }

// owner names the window that the dialog belongs to, nil if unknown.
func owner(window uintptr) zenity.Option {
	if window == 0 {
		return nil
	}
	return zenity.Attach(int(window))
}
