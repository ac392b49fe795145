// Package viewtest is for tests of the window: a program that answers as it is told (Fake), a window whose UI goroutine is
// the test's own (Stage), things found by what they say, and a look for words that have too little room.
package viewtest
