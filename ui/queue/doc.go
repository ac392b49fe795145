// Package queue is the state of the list of transfers: rows, totals, filter and order, and the actions that make sense
// for a row. It draws nothing and belongs to one goroutine.
package queue
