// Package peers compares the program with curl and rclone: they do the same work, in turn, with one server
// that counts and hashes what arrives. The measurements are in files with the build tag bench: see `make bench`
// and `make bench-wan`.
package peers
