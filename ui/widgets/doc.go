// Package widgets are the parts that the window is put together from: buttons, captions, lists, charts, layouts, symbols
// and the theme. A widget shows what it is given; it knows no transfer and no profile.
package widgets
