// Package wire has what every adapter needs of a connection, whatever it sends: the
// meaning of network errors, decompression of answers, servers' error messages, and
// the last message of a server that closes a connection.
package wire
