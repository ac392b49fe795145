package metrics

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/ui/view"
	"github.com/artstore/ingester/ui/wording"
)

// nothing is shown in place of a figure that is not known yet.
const nothing = "–"

// tokenLeft says for how long the current token is valid.
func tokenLeft(t *wording.Text, m *core.Measurements, now time.Time) string {
	left := m.TokenExpiry.Sub(now)
	switch {
	case m.TokenExpiry.IsZero():
		return nothing
	case left <= 0:
		return t.S("metrics.expired")
	case left >= time.Minute:
		left = left.Truncate(time.Minute) // seconds would change all the time
	}
	return t.S("metrics.left", wording.Args{"Time": t.Duration(left)})
}

// hits says how often the cache had a token.
func hits(t *wording.Text, m *core.Measurements) string {
	share := nothing
	if len(m.TokenRequests) > 0 {
		share = t.Decimal(m.CacheHitRate()*100, true) + wording.NBSP + "%"
	}
	return t.S("metrics.hits", wording.Args{"Share": share})
}

// quantile says a time, or that there is none.
func quantile(t *wording.Text, q core.Quantiles, d time.Duration) string {
	if q.Count == 0 {
		return nothing
	}
	return t.Millis(d)
}

// certificateLeft says for how long the client certificate is valid, in the colour of
// its urgency, and what to do.
func certificateLeft(t *wording.Text, m *core.Measurements, now time.Time) (figure string, color fyne.ThemeColorName, note string) {
	days := core.CertificateFacts{NotAfter: m.CertExpiry}.DaysLeft(now)
	on := wording.Args{"Date": m.CertExpiry.Local().Format(time.DateOnly)}
	switch {
	case days < 0:
		return t.S("metrics.expired"), theme.ColorNameError, "✗ " + t.S("metrics.expired_on", on)
	case days < view.CertificateWarnDays:
		return t.N("keep.days", days), theme.ColorNameWarning, "▲ " + t.S("metrics.renew", on)
	}
	return t.N("keep.days", days), theme.ColorNameForeground, t.S("metrics.valid_until", on)
}

func failedWords(t *wording.Text, failed int64) string {
	if failed == 0 {
		return ""
	}
	return t.N("status.failed", int(failed))
}

// attempts says how many attempts there were and how many of them failed. A file may
// take several.
func attempts(t *wording.Text, m *core.Measurements) string {
	failed := int(m.Uploads["error"])
	words := t.N("metrics.attempts_of", failed+int(m.Uploads["success"]))
	if failed > 0 {
		words += ", " + t.N("metrics.attempts_failed", failed)
	}
	return words
}

// times are the rows of the table of durations.
func times(t *wording.Text, m *core.Measurements) [][]string {
	row := func(key string, q core.Quantiles) []string {
		return []string{t.S(key), quantile(t, q, q.P50), quantile(t, q, q.P95), quantile(t, q, q.P99)}
	}
	return [][]string{
		{"", "p50", "p95", "p99"},
		row("metrics.time.upload", m.Upload), row("metrics.time.token", m.TokenRequest), row("metrics.time.check", m.Validation),
	}
}

// errorRows are the causes of errors with their counts, the most frequent first. If
// there are more than most, the last row counts the rest.
func errorRows(t *wording.Text, m *core.Measurements, most int) [][]string {
	codes := slices.SortedFunc(maps.Keys(m.Errors), func(a, b string) int {
		return cmp.Or(cmp.Compare(m.Errors[b], m.Errors[a]), strings.Compare(a, b))
	})
	codes = slices.DeleteFunc(codes, func(c string) bool { return m.Errors[c] == 0 })
	if len(codes) == 0 {
		return [][]string{{t.S("metrics.no_errors")}}
	}
	var rows [][]string
	for i, code := range codes {
		if i == most-1 && len(codes) > most {
			rest := 0.0
			for _, c := range codes[i:] {
				rest += m.Errors[c]
			}
			return append(rows, []string{t.S("metrics.other"), t.Number(int64(rest))})
		}
		rows = append(rows, []string{wording.Capital(causeName(t, code)), t.Number(int64(m.Errors[code]))})
	}
	return rows
}

// causeName is the sentence for a code, or the code itself if it has none.
func causeName(t *wording.Text, code string) string {
	if key := wording.SentenceKey(core.Code(code)); key != "" {
		return t.S(key)
	}
	return wording.Plain(code)
}

// axis writes a value of a chart's axis.
func axis(t *wording.Text, value float64) string {
	out := strconv.FormatFloat(math.Round(value*1000)/1000, 'f', -1, 64)
	if t.Lang == "ru" {
		out = strings.Replace(out, ".", ",", 1)
	}
	return out
}
