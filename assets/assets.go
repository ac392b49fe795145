// Package assets embeds what the program shows: its icon, the icons of its
// window, and the translations.
package assets

import "embed"

// Translations holds translations/<language>.json, in the form that Fyne's
// lang package reads, and translations/log/<language>.json, with the sentences of
// the log by their English form.
//
//go:embed translations/*.json translations/log/*.json
var Translations embed.FS

// Icons holds icons/*.svg and icons/*.png: the program's own icon as
// ingester.svg and ingester-<pixels>.png, and the symbols of the window.
//
//go:embed icons
var Icons embed.FS
