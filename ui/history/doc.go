// Package history is the page of the files that have been stored, to be searched, copied and exported.
package history
