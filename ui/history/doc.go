// Package history is the page of what has been stored: it is searched, copied and exported.
package history
