package sandbox

import (
	"strconv"
	"time"
)

// isoformat writes a time as Python does.
func isoformat(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000-07:00") }

// nullable points to value, or is nil, JSON's null, if value is zero.
func nullable[T comparable](value T) *T {
	var none T
	if value == none {
		return nil
	}
	return &value
}

// nullTime is a time as Python writes it, or null.
func nullTime(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return nullable(isoformat(t))
}

// nullZulu is a time as Pydantic writes it, or null.
func nullZulu(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return nullable(t.UTC().Format(time.RFC3339Nano))
}

// percent is written to JSON as Python writes floats: with a fraction.
type percent float64

// MarshalJSON implements json.Marshaler.
func (p percent) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(p), 'f', 1, 64), nil
}
