package core

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// week is the period of a timetable.
const week = 7 * 24 * time.Hour

// Timetable says how many bytes a second may be sent at each time of the week. The
// zero value has no limit at any time.
type Timetable struct {
	slots []slot // sorted by begin; none: no limit
}

// slot is in force from begin until the next one begins.
type slot struct {
	begin time.Duration // since Sunday 00:00
	rate  int64         // bytes a second, 0 for no limit
}

// ParseTimetable reads a bandwidth as ParseRate does, or a timetable in the
// form that rclone's --bwlimit has: "08:00,512KiB 18:00,off" for every day, or
// "Mon-08:00,1MiB Fri-18:00,off" for a week. A rate holds until the next one
// begins.
func ParseTimetable(text string) (Timetable, error) {
	if !strings.Contains(text, ":") {
		rate, err := ParseRate(text)
		if err != nil || rate == 0 {
			return Timetable{}, err
		}
		return Timetable{slots: []slot{{rate: rate}}}, nil
	}
	var t Timetable
	for _, entry := range Items(text, "") {
		slots, err := parseSlot(entry)
		if err != nil {
			return Timetable{}, fmt.Errorf("not a timetable: %.40q: %w (write it like 08:00,512KiB Sat-00:00,off)", entry, err)
		}
		t.slots = append(t.slots, slots...)
	}
	slices.SortStableFunc(t.slots, func(a, b slot) int { return int(a.begin - b.begin) })
	for i := 1; i < len(t.slots); i++ {
		if t.slots[i].begin == t.slots[i-1].begin {
			return Timetable{}, fmt.Errorf("not a timetable: two rates begin at the same time: %.80q", text)
		}
	}
	return t, nil
}

// parseSlot reads "[Day-]HH:MM,RATE". Without a day it returns a slot for every
// day.
func parseSlot(entry string) ([]slot, error) {
	at, rateText, found := strings.Cut(entry, ",")
	if !found || rateText == "" {
		return nil, fmt.Errorf("there is no rate after a comma")
	}
	if strings.EqualFold(rateText, "off") {
		rateText = ""
	}
	rate, err := ParseRate(rateText)
	if err != nil {
		return nil, err
	}
	first, last := time.Sunday, time.Saturday
	if dayText, rest, found := strings.Cut(at, "-"); found {
		day, ok := parseDay(dayText)
		if !ok {
			return nil, fmt.Errorf("not a day of the week: %.20q", dayText)
		}
		first, last, at = day, day, rest
	}
	clock, err := time.Parse("15:04", at)
	if err != nil {
		return nil, fmt.Errorf("not a time of day: %.20q", at)
	}
	var slots []slot
	for day := first; day <= last; day++ {
		begin := time.Duration(day)*24*time.Hour + time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute
		slots = append(slots, slot{begin, rate})
	}
	return slots, nil
}

// parseDay reads an English day of the week, whole or its first three letters.
func parseDay(text string) (time.Weekday, bool) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if name := day.String(); strings.EqualFold(text, name) || strings.EqualFold(text, name[:3]) {
			return day, true
		}
	}
	return 0, false
}

// At returns the rate in force at now by its own clock, in bytes a second (0
// for no limit), and for how long it holds.
func (t Timetable) At(now time.Time) (rate int64, holds time.Duration) {
	if len(t.slots) == 0 {
		return 0, week
	}
	since := time.Duration(now.Weekday())*24*time.Hour + time.Duration(now.Hour())*time.Hour +
		time.Duration(now.Minute())*time.Minute + time.Duration(now.Second())*time.Second + time.Duration(now.Nanosecond())
	next := slices.IndexFunc(t.slots, func(s slot) bool { return s.begin > since })
	if next < 0 {
		next = len(t.slots)
	}
	present := t.slots[(next+len(t.slots)-1)%len(t.slots)]
	if next == len(t.slots) {
		return present.rate, t.slots[0].begin + week - since
	}
	return present.rate, t.slots[next].begin - since
}

// Until returns the rate in force at now, and when another one begins; zero for
// never.
func (t Timetable) Until(now time.Time) (rate int64, next time.Time) {
	rate, holds := t.At(now)
	for range t.slots {
		next = now.Add(holds)
		after, more := t.At(next)
		if after != rate {
			return rate, next.Round(time.Second)
		}
		holds += more
	}
	return rate, time.Time{}
}
