package main

// windowOptions are what the command line says about the window.
type windowOptions struct {
	paths      []string
	sandbox    bool
	profile    string
	background bool // start in the tray
}
