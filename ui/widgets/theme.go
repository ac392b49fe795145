package widgets

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Colours that Fyne's theme has no name for.
const (
	ColorSurface fyne.ThemeColorName = "surface" // cards, bars, rows
	ColorSunken  fyne.ThemeColorName = "sunken"  // navigation, table head
	ColorMuted   fyne.ThemeColorName = "muted"   // secondary text
	ColorTrack   fyne.ThemeColorName = "track"   // the empty part of a bar
	ColorSoft    fyne.ThemeColorName = "soft"    // accent as a background
	ColorGood    fyne.ThemeColorName = "good"    // stored
	ColorGoodBg  fyne.ThemeColorName = "goodBg"
	ColorWarnBg  fyne.ThemeColorName = "warnBg"
	ColorBadBg   fyne.ThemeColorName = "badBg"
	ColorCheck   fyne.ThemeColorName = "check" // a bar while the server checks
)

// Sizes that Fyne's theme has no name for.
const (
	SizeSmall  fyne.ThemeSizeName = "small"  // secondary text
	SizeFigure fyne.ThemeSizeName = "figure" // the one number of a card
)

// palette is one theme variant.
type palette map[fyne.ThemeColorName]color.NRGBA

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

func rgba(hex uint32, alpha uint8) color.NRGBA {
	c := rgb(hex)
	c.A = alpha
	return c
}

// LightPalette are the colours of the light theme.
var LightPalette = palette{ //nolint:gochecknoglobals // a table
	theme.ColorNameBackground:          rgb(0xf6f7f9),
	theme.ColorNameForeground:          rgb(0x1b2330),
	theme.ColorNamePrimary:             rgb(0x2f6fed),
	theme.ColorNameForegroundOnPrimary: rgb(0xffffff),
	theme.ColorNameHyperlink:           rgb(0x2a63d6),
	theme.ColorNameSuccess:             rgb(0x1a7f4b),
	theme.ColorNameForegroundOnSuccess: rgb(0xffffff),
	theme.ColorNameWarning:             rgb(0x9a6200),
	theme.ColorNameForegroundOnWarning: rgb(0xffffff),
	theme.ColorNameError:               rgb(0xb3261e),
	theme.ColorNameForegroundOnError:   rgb(0xffffff),
	theme.ColorNameButton:              rgb(0xffffff),
	theme.ColorNameDisabledButton:      rgb(0xeef0f4),
	theme.ColorNameDisabled:            rgb(0x8a94a3),
	theme.ColorNamePlaceHolder:         rgb(0x5b6675),
	theme.ColorNameInputBackground:     rgb(0xffffff),
	theme.ColorNameInputBorder:         rgb(0xd3d8e0),
	theme.ColorNameMenuBackground:      rgb(0xffffff),
	theme.ColorNameOverlayBackground:   rgb(0xffffff),
	theme.ColorNameHeaderBackground:    rgb(0xeef1f5),
	theme.ColorNameSeparator:           rgb(0xe1e4ea),
	theme.ColorNameHover:               rgba(0x1b2330, 0x0d),
	theme.ColorNamePressed:             rgba(0x1b2330, 0x1f),
	theme.ColorNameFocus:               rgba(0x0d2a6b, 0x52),
	theme.ColorNameSelection:           rgba(0x2f6fed, 0x14),
	theme.ColorNameScrollBar:           rgba(0x1b2330, 0x66),
	theme.ColorNameScrollBarBackground: rgba(0x1b2330, 0x0a),
	theme.ColorNameShadow:              rgba(0x000000, 0x33),

	ColorSurface: rgb(0xffffff),
	ColorSunken:  rgb(0xeef1f5),
	ColorMuted:   rgb(0x5b6675),
	ColorTrack:   rgb(0xe1e4ea),
	ColorSoft:    rgb(0xe7effd),
	ColorGood:    rgb(0x1a7f4b),
	ColorGoodBg:  rgb(0xebf7f0),
	ColorWarnBg:  rgb(0xfdf3e0),
	ColorBadBg:   rgb(0xfcebea),
	ColorCheck:   rgb(0x8eb0f2),
}

// DarkPalette are the colours of the dark theme.
var DarkPalette = palette{ //nolint:gochecknoglobals // a table
	theme.ColorNameBackground:          rgb(0x16191f),
	theme.ColorNameForeground:          rgb(0xe8ebf0),
	theme.ColorNamePrimary:             rgb(0x7aa7ff),
	theme.ColorNameForegroundOnPrimary: rgb(0x0d1626),
	theme.ColorNameHyperlink:           rgb(0x7aa7ff),
	theme.ColorNameSuccess:             rgb(0x6fd39b),
	theme.ColorNameForegroundOnSuccess: rgb(0x0b1f14),
	theme.ColorNameWarning:             rgb(0xf0bd63),
	theme.ColorNameForegroundOnWarning: rgb(0x241a06),
	theme.ColorNameError:               rgb(0xff8f86),
	theme.ColorNameForegroundOnError:   rgb(0x2a0b08),
	theme.ColorNameButton:              rgb(0x1e222a),
	theme.ColorNameDisabledButton:      rgb(0x1a1d24),
	theme.ColorNameDisabled:            rgb(0x6b7482),
	theme.ColorNamePlaceHolder:         rgb(0x9aa5b4),
	theme.ColorNameInputBackground:     rgb(0x1e222a),
	theme.ColorNameInputBorder:         rgb(0x3a4250),
	theme.ColorNameMenuBackground:      rgb(0x242932),
	theme.ColorNameOverlayBackground:   rgb(0x1e222a),
	theme.ColorNameHeaderBackground:    rgb(0x1a1d24),
	theme.ColorNameSeparator:           rgb(0x2d333e),
	theme.ColorNameHover:               rgba(0xffffff, 0x0f),
	theme.ColorNamePressed:             rgba(0xffffff, 0x26),
	theme.ColorNameFocus:               rgba(0xffffff, 0x47),
	theme.ColorNameSelection:           rgba(0x7aa7ff, 0x2a),
	theme.ColorNameScrollBar:           rgba(0xffffff, 0x66),
	theme.ColorNameScrollBarBackground: rgba(0xffffff, 0x0a),
	theme.ColorNameShadow:              rgba(0x000000, 0x80),

	ColorSurface: rgb(0x1e222a),
	ColorSunken:  rgb(0x1a1d24),
	ColorMuted:   rgb(0x9aa5b4),
	ColorTrack:   rgb(0x2d333e),
	ColorSoft:    rgb(0x22304d),
	ColorGood:    rgb(0x6fd39b),
	ColorGoodBg:  rgb(0x1b3327),
	ColorWarnBg:  rgb(0x352a14),
	ColorBadBg:   rgb(0x3a1f1e),
	ColorCheck:   rgb(0x4f689c),
}

// Sizes are in Fyne's units, on a grid of 4 with few exceptions: text, lines.
var Sizes = map[fyne.ThemeSizeName]float32{ //nolint:gochecknoglobals // a table
	theme.SizeNamePadding:            4,
	theme.SizeNameInnerPadding:       8,
	theme.SizeNameLineSpacing:        4,
	theme.SizeNameText:               14,
	theme.SizeNameCaptionText:        12,
	theme.SizeNameSubHeadingText:     16,
	theme.SizeNameHeadingText:        20,
	theme.SizeNameInlineIcon:         16,
	theme.SizeNameInputRadius:        6,
	theme.SizeNameInputBorder:        1,
	theme.SizeNameSelectionRadius:    6,
	theme.SizeNameSeparatorThickness: 1,
	theme.SizeNameScrollBar:          12,
	theme.SizeNameScrollBarSmall:     4,
	theme.SizeNameScrollBarRadius:    4,
	theme.SizeNameModalBlurRadius:    0,

	SizeSmall:  13,
	SizeFigure: 24,
}

// Theme is the program's theme: Fyne's own with other colours and tighter sizes.
// fixed is "light" or "dark", or "" to follow the system.
type Theme struct {
	base  fyne.Theme
	fixed string
}

// NewTheme returns the theme: "light", "dark", or "" to follow the system.
func NewTheme(fixed string) *Theme { return &Theme{base: theme.DefaultTheme(), fixed: fixed} }

// Color implements fyne.Theme.
func (l *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	switch l.fixed {
	case "light":
		variant = theme.VariantLight
	case "dark":
		variant = theme.VariantDark
	}
	colors := DarkPalette
	if variant == theme.VariantLight {
		colors = LightPalette
	}
	if c, ok := colors[name]; ok {
		return c
	}
	return l.base.Color(name, variant)
}

// Size implements fyne.Theme.
func (l *Theme) Size(name fyne.ThemeSizeName) float32 {
	if s, ok := Sizes[name]; ok {
		return s
	}
	return l.base.Size(name)
}

// Font implements fyne.Theme.
func (l *Theme) Font(style fyne.TextStyle) fyne.Resource { return l.base.Font(style) }

// Icon implements fyne.Theme.
func (l *Theme) Icon(name fyne.ThemeIconName) fyne.Resource { return l.base.Icon(name) }
