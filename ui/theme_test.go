package ui

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// contrast is the ratio of WCAG 2.1 §1.4.3.
func contrast(a, b color.NRGBA) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(c color.NRGBA) float64 {
	part := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}

// over is a translucent colour on a ground.
func over(c, ground color.NRGBA) color.NRGBA {
	mix := func(a, b uint8) uint8 { return uint8((int(a)*int(c.A) + int(b)*(255-int(c.A))) / 255) }
	return color.NRGBA{mix(c.R, ground.R), mix(c.G, ground.G), mix(c.B, ground.B), 255}
}

func TestContrastIsAAInBothThemes(t *testing.T) {
	const text, graphic = 4.5, 3.0
	pairs := []struct {
		on, under fyne.ThemeColorName
		least     float64
	}{
		{theme.ColorNameForeground, theme.ColorNameBackground, text}, {theme.ColorNameForeground, colorSurface, text},
		{theme.ColorNameForeground, colorSoft, text}, {theme.ColorNameForeground, colorBadBg, text},
		{theme.ColorNameForeground, colorWarnBg, text}, {theme.ColorNameForeground, theme.ColorNameButton, text},
		{theme.ColorNameForeground, theme.ColorNameInputBackground, text}, {theme.ColorNameForeground, theme.ColorNameOverlayBackground, text},
		{theme.ColorNameForeground, theme.ColorNameMenuBackground, text},
		{colorMuted, theme.ColorNameBackground, text}, {colorMuted, colorSurface, text}, {colorMuted, colorSunken, text}, {colorMuted, colorSoft, text},
		{theme.ColorNamePlaceHolder, theme.ColorNameInputBackground, text},
		{theme.ColorNameHyperlink, theme.ColorNameBackground, text}, {theme.ColorNameHyperlink, colorSurface, text}, {theme.ColorNameHyperlink, colorSoft, text},
		{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary, text},
		{theme.ColorNameForegroundOnSuccess, theme.ColorNameSuccess, text},
		{theme.ColorNameForegroundOnWarning, theme.ColorNameWarning, text},
		{theme.ColorNameForegroundOnError, theme.ColorNameError, text},
		{colorGood, colorSurface, text}, {colorGood, colorGoodBg, text},
		{theme.ColorNameSuccess, colorSurface, text}, {theme.ColorNameSuccess, theme.ColorNameBackground, text},
		{theme.ColorNameWarning, colorSurface, text}, {theme.ColorNameWarning, colorWarnBg, text}, {theme.ColorNameWarning, theme.ColorNameBackground, text},
		{theme.ColorNameError, colorSurface, text}, {theme.ColorNameError, colorBadBg, text}, {theme.ColorNameError, theme.ColorNameBackground, text},
		{theme.ColorNamePrimary, colorSurface, graphic}, {theme.ColorNamePrimary, colorTrack, graphic}, {theme.ColorNamePrimary, colorSoft, graphic},
		{theme.ColorNameWarning, colorTrack, graphic},
	}
	for name, colors := range map[string]palette{"light": lightPalette, "dark": darkPalette} {
		for _, p := range pairs {
			if got := contrast(colors[p.on], colors[p.under]); got < p.least {
				t.Errorf("%s: %s on %s has %.2f, needs %.1f", name, p.on, p.under, got, p.least)
			}
		}
		// Words stay legible on a selected row, and on one under the pointer.
		for _, veil := range []fyne.ThemeColorName{theme.ColorNameSelection, theme.ColorNameHover} {
			ground := over(colors[veil], colors[colorSurface])
			for _, on := range []fyne.ThemeColorName{theme.ColorNameForeground, colorMuted, colorGood, theme.ColorNameWarning, theme.ColorNameError} {
				if got := contrast(colors[on], ground); got < text {
					t.Errorf("%s: %s on a row with %s has %.2f", name, on, veil, got)
				}
			}
		}
	}
}

func TestPalettesNameTheSame(t *testing.T) {
	for name := range lightPalette {
		if _, ok := darkPalette[name]; !ok {
			t.Errorf("dark lacks %s", name)
		}
	}
	for name := range darkPalette {
		if _, ok := lightPalette[name]; !ok {
			t.Errorf("light lacks %s", name)
		}
	}
}

func TestLookFollowsTheSystemUnlessFixed(t *testing.T) {
	newTestApp(t)
	ground := func(fixed string, system fyne.ThemeVariant) color.Color {
		return newLook(fixed).Color(theme.ColorNameBackground, system)
	}
	light, dark := lightPalette[theme.ColorNameBackground], darkPalette[theme.ColorNameBackground]
	for _, c := range []struct {
		fixed  string
		system fyne.ThemeVariant
		want   color.NRGBA
	}{
		{"", theme.VariantLight, light}, {"", theme.VariantDark, dark},
		{"light", theme.VariantDark, light}, {"dark", theme.VariantLight, dark},
	} {
		if got := ground(c.fixed, c.system); got != c.want {
			t.Errorf("fixed %q, system %v: %v, want %v", c.fixed, c.system, got, c.want)
		}
	}
	for name, size := range sizes {
		if got := newLook("").Size(name); got != size {
			t.Errorf("size %s is %v, want %v", name, got, size)
		}
	}
	for _, name := range []fyne.ThemeSizeName{theme.SizeNameText, theme.SizeNameCaptionText, sizeSmall} {
		if sizes[name] < 12 {
			t.Errorf("%s is below 12", name)
		}
	}
}
