// Package peers measures the program against curl and rclone at the same work,
// in the same minutes, against one server that counts and hashes what arrives.
// What is measured is in files with the build tag bench: see `make bench` and
// `make bench-wan`.
package peers
