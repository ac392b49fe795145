//go:build !headless && !windows && !darwin

package desktop

import (
	"path/filepath"

	"github.com/go-gl/glfw/v3.4/glfw"

	"github.com/artstore/ingester/core"
)

// OpenDisplay connects to the display before Fyne does, which panics if there is none.
// Only the main goroutine may call it.
func OpenDisplay(getenv func(string) string) error {
	platform := map[string]glfw.Platform{"x11": glfw.PlatformX11, "wayland": glfw.PlatformWayland}
	if id, ok := platform[getenv("FYNE_PLATFORM")]; ok {
		glfw.InitHint(glfw.PlatformHint, int(id))
	} else if !waylandPlace(getenv) { // otherwise libwayland prints an error each time
		glfw.InitHint(glfw.PlatformHint, int(glfw.PlatformX11))
	}
	if glfw.Init() == nil { // a second call by Fyne does nothing
		return nil
	}
	message := "There is no display for a window: DISPLAY and WAYLAND_DISPLAY are not set. Set one, or use 'ingester upload'; see 'ingester --help'"
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY"} {
		if at := getenv(name); at != "" {
			message = "The display " + at + " can't be opened. Set " + name + " to one that can, or use 'ingester upload'; see 'ingester --help'"
			break
		}
	}
	return &core.Error{Kind: core.KindUsage, Code: core.CodeUsage, Message: message}
}

// waylandPlace reports whether the environment says where a Wayland compositor may be:
// an open socket, a path, or a name in the user's runtime folder.
func waylandPlace(getenv func(string) string) bool {
	return getenv("WAYLAND_SOCKET") != "" || filepath.IsAbs(getenv("WAYLAND_DISPLAY")) || filepath.IsAbs(getenv("XDG_RUNTIME_DIR"))
}
