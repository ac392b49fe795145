// Package queue is the state of the list of transfers, without a toolkit: rows, totals, filters and orders, and which
// actions make sense for what. It belongs to one goroutine.
package queue
