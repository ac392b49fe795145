// Package view is what all pages and dialogs of the window need: what they can ask of the program (Controller), what the
// window lends them (Host), and how they ask the user, pick files, and show errors and facts.
package view
