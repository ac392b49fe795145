package wording

import (
	"testing"
	"time"
)

func TestLanguageOfALocale(t *testing.T) {
	for locale, want := range map[string]string{
		"": "en", "en": "en", "ru": "ru", "ru-RU": "ru", "ru_RU.UTF-8": "ru", "RU": "ru", "de-DE": "en", "rue": "en",
	} {
		if got := speaking(t, locale).Lang; got != want {
			t.Errorf("locale %q speaks %q, want %q", locale, got, want)
		}
	}
}

func TestSizes(t *testing.T) {
	en, ru := speaking(t, "en"), speaking(t, "ru")
	for _, c := range []struct {
		n      int64
		en, ru string
	}{
		{-1, "0 B", "0 Б"}, {0, "0 B", "0 Б"}, {1023, "1023 B", "1023 Б"}, {1024, "1.0 KiB", "1,0 КиБ"},
		{88 << 10, "88 KiB", "88 КиБ"}, {1<<20 - 1, "1.0 MiB", "1,0 МиБ"}, {13002342, "12.4 MiB", "12,4 МиБ"},
		{212 << 20, "212 MiB", "212 МиБ"}, {47 << 30 / 10, "4.7 GiB", "4,7 ГиБ"}, {1 << 50, "1.0 PiB", "1,0 ПиБ"},
		{1<<63 - 1, "8192 PiB", "8192 ПиБ"},
	} {
		if got := spaced(en.Size(c.n)); got != c.en {
			t.Errorf("size(%d) = %q, want %q", c.n, got, c.en)
		}
		if got := spaced(ru.Size(c.n)); got != c.ru {
			t.Errorf("size(%d) = %q, want %q", c.n, got, c.ru)
		}
	}
	if got := spaced(en.SizeOf(12<<27, 8<<30)); got != "1.5 of 8.0 GiB" {
		t.Errorf("sizeOf = %q", got)
	}
	if got := spaced(en.Rate(8.2 * (1 << 20))); got != "8.2 MiB/s" {
		t.Errorf("rate = %q", got)
	}
	if got := en.Rate(0); got != "" {
		t.Errorf("rate of nothing = %q", got)
	}
}

func TestDurations(t *testing.T) {
	en, ru := speaking(t, "en"), speaking(t, "ru")
	for _, c := range []struct {
		d             time.Duration
		en, ru, clock string
	}{
		{-time.Second, "0 s", "0 с", "0:00"},
		{400 * time.Millisecond, "0 s", "0 с", "0:01"},
		{8 * time.Second, "8 s", "8 с", "0:08"},
		{80 * time.Second, "1 min 20 s", "1 мин 20 с", "1:20"},
		{2 * time.Hour, "2 h", "2 ч", "2:00:00"},
		{3*time.Hour + 5*time.Minute + 9*time.Second, "3 h 5 min", "3 ч 5 мин", "3:05:09"},
		{5*24*time.Hour + 2*time.Hour, "5 d 2 h", "5 д 2 ч", "5 d 2 h"},
	} {
		if got := spaced(en.Duration(c.d)); got != c.en {
			t.Errorf("duration(%v) = %q, want %q", c.d, got, c.en)
		}
		if got := spaced(ru.Duration(c.d)); got != c.ru {
			t.Errorf("duration(%v) = %q, want %q", c.d, got, c.ru)
		}
		if got := spaced(en.Clock(c.d)); got != c.clock {
			t.Errorf("clock(%v) = %q, want %q", c.d, got, c.clock)
		}
	}
}

func TestPlurals(t *testing.T) {
	en, ru := speaking(t, "en"), speaking(t, "ru")
	for n, want := range map[int][2]string{
		0: {"0 files", "0 файлов"}, 1: {"1 file", "1 файл"}, 2: {"2 files", "2 файла"}, 5: {"5 files", "5 файлов"},
		11: {"11 files", "11 файлов"}, 12: {"12 files", "12 файлов"}, 21: {"21 files", "21 файл"}, 22: {"22 files", "22 файла"},
		111: {"111 files", "111 файлов"}, 1234: {"1,234 files", "1234 файла"}, 12345: {"12,345 files", "12 345 файлов"},
	} {
		if got := en.N("count.files", n); got != want[0] {
			t.Errorf("%d in English: %q, want %q", n, got, want[0])
		}
		if got := spaced(ru.N("count.files", n)); got != want[1] {
			t.Errorf("%d in Russian: %q, want %q", n, got, want[1])
		}
	}
}

func TestPercentIsWholeOnlyAtTheEnd(t *testing.T) {
	en := english(t)
	for share, want := range map[float64]string{-1: "0 %", 0: "0 %", 0.999: "99 %", 1: "100 %", 2: "100 %"} {
		if got := spaced(en.Percent(share)); got != want {
			t.Errorf("percent(%v) = %q, want %q", share, got, want)
		}
	}
}

func TestAMissingKeyIsSeen(t *testing.T) {
	if got := english(t).S("no.such.key"); got != "no.such.key" {
		t.Errorf("got %q", got)
	}
}
