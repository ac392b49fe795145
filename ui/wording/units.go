package wording

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// unitKeys are the IEC units of sizes, each 1024 times the one before.
var unitKeys = [...]string{"unit.b", "unit.kib", "unit.mib", "unit.gib", "unit.tib", "unit.pib"} //nolint:gochecknoglobals // a table

// UnitFor is the unit in which n bytes are said: how many bytes it has, and the key
// of its name.
func UnitFor(n int64) (factor float64, key string) {
	factor, key = 1, unitKeys[0]
	for _, next := range unitKeys[1:] {
		// What would round to 1024 is said in the next unit.
		if float64(n)/factor < 1023.5 {
			break
		}
		factor, key = factor*1024, next
	}
	return factor, key
}

// Size says a number of bytes in three digits or so: "12.4 MiB".
func (t *Text) Size(n int64) string {
	factor, key := UnitFor(max(n, 0))
	fraction := factor > 1<<10 || (factor == 1<<10 && n < 10<<10)
	return t.Decimal(float64(max(n, 0))/factor, fraction) + NBSP + t.S(key)
}

// SizeOf says a part of a whole in the whole's unit: "1.2 of 8.0 GiB".
func (t *Text) SizeOf(part, whole int64) string {
	factor, key := UnitFor(max(whole, 0))
	return t.S("total.of", Args{
		"Done": t.Decimal(float64(max(part, 0))/factor, factor > 1),
		"All":  t.Decimal(float64(max(whole, 0))/factor, factor > 1) + NBSP + t.S(key),
	})
}

// Rate says bytes a second: "8.2 MiB/s", "" for none.
func (t *Text) Rate(bytesPerSecond float64) string {
	if !(bytesPerSecond >= 1) || math.IsInf(bytesPerSecond, 0) {
		return ""
	}
	return t.S("unit.per_second", Args{"Size": t.Size(int64(bytesPerSecond))})
}

// Decimal writes a whole number, or with fraction one with a digit after the point
// if it is below 100.
func (t *Text) Decimal(f float64, fraction bool) string {
	digits := 0
	if fraction && f < 99.95 {
		digits = 1
	}
	out := strconv.FormatFloat(f, 'f', digits, 64)
	if t.Lang == "ru" {
		out = strings.Replace(out, ".", ",", 1)
	}
	return out
}

// Percent says a share of 0…1 in whole percent, rounded down: only 1 is "100 %".
func (t *Text) Percent(share float64) string {
	p := int(math.Floor(min(max(share, 0), 1) * 100))
	return strconv.Itoa(p) + NBSP + "%"
}

// Factor says a factor in percent: "150 %" for 1.5.
func (t *Text) Factor(factor float32) string {
	return strconv.Itoa(int(math.Round(float64(factor)*100))) + NBSP + "%"
}

// Duration says a time in at most two units: "1 min 20 s".
func (t *Text) Duration(d time.Duration) string {
	seconds := int64((max(d, 0) + time.Second/2) / time.Second)
	parts := []struct {
		key  string
		unit int64
	}{{"unit.day", 86400}, {"unit.hour", 3600}, {"unit.minute", 60}, {"unit.second", 1}}
	for i, p := range parts {
		if seconds < p.unit {
			continue
		}
		out := strconv.FormatInt(seconds/p.unit, 10) + NBSP + t.S(p.key)
		if i+1 < len(parts) {
			next := parts[i+1]
			if rest := seconds % p.unit / next.unit; rest > 0 {
				out += " " + strconv.FormatInt(rest, 10) + NBSP + t.S(next.key)
			}
		}
		return out
	}
	return "0" + NBSP + t.S("unit.second")
}

// Clock says a time left in a column: "0:04", "1:02:03".
func (t *Text) Clock(d time.Duration) string {
	s := int64(math.Ceil(max(d, 0).Seconds()))
	pad := func(n int64) string {
		if n < 10 {
			return "0" + strconv.FormatInt(n, 10)
		}
		return strconv.FormatInt(n, 10)
	}
	switch {
	case s >= 100*3600:
		return t.Duration(d)
	case s >= 3600:
		return strconv.FormatInt(s/3600, 10) + ":" + pad(s%3600/60) + ":" + pad(s%60)
	}
	return strconv.FormatInt(s/60, 10) + ":" + pad(s%60)
}

// Moment says a date and time in this computer's time zone.
func (t *Text) Moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Local().Format("2006-01-02 15:04:05")
}

// At says when something is, seen from now: the time of day, with the date if
// that is another day's.
func (t *Text) At(at, now time.Time, layout string) string {
	at, now = at.Local(), now.Local()
	if at.YearDay() != now.YearDay() || at.Year() != now.Year() {
		layout = time.DateOnly + " " + layout
	}
	return at.Format(layout)
}

// Millis says a short time: "0.3 ms", "41 ms", "2.8 s".
func (t *Text) Millis(d time.Duration) string {
	switch ms := float64(d) / float64(time.Millisecond); {
	case d >= time.Minute:
		return t.Duration(d)
	case d >= 10*time.Second:
		return t.Decimal(d.Seconds(), false) + NBSP + t.S("unit.second")
	case d >= time.Second:
		return t.Decimal(d.Seconds(), true) + NBSP + t.S("unit.second")
	case ms >= 10:
		return t.Decimal(ms, false) + NBSP + t.S("unit.millisecond")
	default:
		return t.Decimal(ms, true) + NBSP + t.S("unit.millisecond")
	}
}
