// Package logs is the page of the log, and the buffer that it shows.
package logs
