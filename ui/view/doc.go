// Package view is what every view and dialog of the window stands on: what it can ask the program for (Controller), what
// the window lends it (Host), and how it asks, picks files, and shows errors and facts.
package view
