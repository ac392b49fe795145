// Package core is the vocabulary of Ingester: profiles, transfers and their
// states, receipts, progress, errors and secrets.
//
// It imports the standard library only, starts no goroutine and does no I/O.
// Everything that talks to a disk, a network or a screen lives in a package
// below or beside it and speaks in these words.
package core
