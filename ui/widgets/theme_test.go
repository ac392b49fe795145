package widgets

import (
	"image/color"
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
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
		{theme.ColorNameForeground, theme.ColorNameBackground, text}, {theme.ColorNameForeground, ColorSurface, text},
		{theme.ColorNameForeground, ColorSoft, text}, {theme.ColorNameForeground, ColorBadBg, text},
		{theme.ColorNameForeground, ColorWarnBg, text}, {theme.ColorNameForeground, theme.ColorNameButton, text},
		{theme.ColorNameForeground, theme.ColorNameInputBackground, text}, {theme.ColorNameForeground, theme.ColorNameOverlayBackground, text},
		{theme.ColorNameForeground, theme.ColorNameMenuBackground, text},
		{ColorMuted, theme.ColorNameBackground, text}, {ColorMuted, ColorSurface, text}, {ColorMuted, ColorSunken, text}, {ColorMuted, ColorSoft, text},
		{theme.ColorNamePlaceHolder, theme.ColorNameInputBackground, text},
		{theme.ColorNameHyperlink, theme.ColorNameBackground, text}, {theme.ColorNameHyperlink, ColorSurface, text}, {theme.ColorNameHyperlink, ColorSoft, text},
		{theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary, text},
		{theme.ColorNameForegroundOnSuccess, theme.ColorNameSuccess, text},
		{theme.ColorNameForegroundOnWarning, theme.ColorNameWarning, text},
		{theme.ColorNameForegroundOnError, theme.ColorNameError, text},
		{ColorGood, ColorSurface, text}, {ColorGood, ColorGoodBg, text},
		{theme.ColorNameSuccess, ColorSurface, text}, {theme.ColorNameSuccess, theme.ColorNameBackground, text},
		{theme.ColorNameWarning, ColorSurface, text}, {theme.ColorNameWarning, ColorWarnBg, text}, {theme.ColorNameWarning, theme.ColorNameBackground, text},
		{theme.ColorNameError, ColorSurface, text}, {theme.ColorNameError, ColorBadBg, text}, {theme.ColorNameError, theme.ColorNameBackground, text},
		{theme.ColorNamePrimary, ColorSurface, graphic}, {theme.ColorNamePrimary, ColorTrack, graphic}, {theme.ColorNamePrimary, ColorSoft, graphic},
		{theme.ColorNameWarning, ColorTrack, graphic},
	}
	for name, colors := range map[string]palette{"light": LightPalette, "dark": DarkPalette} {
		for _, p := range pairs {
			if got := contrast(colors[p.on], colors[p.under]); got < p.least {
				t.Errorf("%s: %s on %s has %.2f, needs %.1f", name, p.on, p.under, got, p.least)
			}
		}
		// Words stay legible on a selected row, and on one under the pointer.
		for _, veil := range []fyne.ThemeColorName{theme.ColorNameSelection, theme.ColorNameHover} {
			ground := over(colors[veil], colors[ColorSurface])
			for _, on := range []fyne.ThemeColorName{theme.ColorNameForeground, ColorMuted, ColorGood, theme.ColorNameWarning, theme.ColorNameError} {
				if got := contrast(colors[on], ground); got < text {
					t.Errorf("%s: %s on a row with %s has %.2f", name, on, veil, got)
				}
			}
		}
	}
}

func TestPalettesNameTheSame(t *testing.T) {
	for name := range LightPalette {
		if _, ok := DarkPalette[name]; !ok {
			t.Errorf("dark lacks %s", name)
		}
	}
	for name := range DarkPalette {
		if _, ok := LightPalette[name]; !ok {
			t.Errorf("light lacks %s", name)
		}
	}
}

func TestLookFollowsTheSystemUnlessFixed(t *testing.T) {
	test.NewTempApp(t)
	ground := func(fixed string, system fyne.ThemeVariant) color.Color {
		return NewTheme(fixed).Color(theme.ColorNameBackground, system)
	}
	light, dark := LightPalette[theme.ColorNameBackground], DarkPalette[theme.ColorNameBackground]
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
	for name, size := range Sizes {
		if got := NewTheme("").Size(name); got != size {
			t.Errorf("size %s is %v, want %v", name, got, size)
		}
	}
	for _, name := range []fyne.ThemeSizeName{theme.SizeNameText, theme.SizeNameCaptionText, SizeSmall} {
		if Sizes[name] < 12 {
			t.Errorf("%s is below 12", name)
		}
	}
}
