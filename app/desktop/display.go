package desktop

// ScaleBy makes Fyne draw at a scale, or for "" at that of the environment. Fyne reads
// the scale from the environment when the theme changes; there is no other way to set
// it.
func ScaleBy(getenv func(string) string, setenv func(key, value string) error) func(scale string) {
	const key = "FYNE_SCALE"
	was := getenv(key)
	return func(scale string) {
		if scale == "" {
			scale = was
		}
		_ = setenv(key, scale) // if that fails, the desktop's own is used
	}
}

// PreferX11 makes GLFW use X11, not Wayland, if both are there: dragging files over a
// Wayland window can abort the program (glfw/glfw#2835).
func PreferX11(getenv func(string) string, setenv func(key, value string) error) {
	if getenv("FYNE_PLATFORM") == "" && getenv("WAYLAND_DISPLAY") != "" && getenv("DISPLAY") != "" {
		_ = setenv("FYNE_PLATFORM", "x11") // if that fails, Wayland is used
	}
}
