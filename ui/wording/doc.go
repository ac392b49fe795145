// Package wording has what the window says, in the language of the user: texts by key, sizes, times and names, and for each
// error what it means and what to do about it.
package wording
