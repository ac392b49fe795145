//go:build headless

package main

// watched does nothing here: a program without a window has nothing to report.
func watched(program func()) func() { return program }
