// Package wording says things in the language of the user: texts by key, sizes, times and names, what an error means and
// what to do about it.
package wording
