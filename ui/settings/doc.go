// Package settings is the dialog that edits a profile, and the wizard that makes the first one: the form with its tabs, the
// certificate card, the connection test. Nothing outside the dialog changes before Save.
package settings
