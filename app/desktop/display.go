package desktop

// ScaleBy makes Fyne draw at a scale, or for "" at the one that the environment
// asks for. Fyne reads it there whenever the theme changes, and has no other way.
func ScaleBy(getenv func(string) string, setenv func(key, value string) error) func(scale string) {
	const key = "FYNE_SCALE"
	was := getenv(key)
	return func(scale string) {
		if scale == "" {
			scale = was
		}
		_ = setenv(key, scale) // without it the desktop's own is used
	}
}

// PreferX11 keeps GLFW off Wayland where X11 is to be had: dragging files over
// a Wayland window can abort the program (glfw/glfw#2835).
func PreferX11(getenv func(string) string, setenv func(key, value string) error) {
	if getenv("FYNE_PLATFORM") == "" && getenv("WAYLAND_DISPLAY") != "" && getenv("DISPLAY") != "" {
		_ = setenv("FYNE_PLATFORM", "x11") // without it Wayland is used
	}
}
