// Package metrics is the page of the program's figures: cards, charts of the last five minutes, and the switch of the
// /metrics listener.
package metrics
