//go:build !headless && !windows && !darwin

package main

import (
	"github.com/go-gl/glfw/v3.4/glfw"
)

// openDisplay connects to the display, as Fyne does later: it takes one that
// isn't there for a mistake in the program. Only the main goroutine may call it.
func openDisplay(getenv func(string) string) error {
	platform := map[string]glfw.Platform{"x11": glfw.PlatformX11, "wayland": glfw.PlatformWayland}
	if id, ok := platform[getenv("FYNE_PLATFORM")]; ok {
		glfw.InitHint(glfw.PlatformHint, int(id))
	}
	if glfw.Init() == nil { // once done, done for Fyne too
		return nil
	}
	message := "There is no display for a window: DISPLAY and WAYLAND_DISPLAY are not set. Set one, or use 'ingester upload'; see 'ingester --help'"
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY"} {
		if at := getenv(name); at != "" {
			message = "The display " + at + " can't be opened. Set " + name + " to one that can, or use 'ingester upload'; see 'ingester --help'"
			break
		}
	}
	return usageError("%s", message)
}
