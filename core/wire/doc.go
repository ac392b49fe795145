// Package wire is what adapters need of a connection, whatever they send over
// it: what an error of the network means, answers as they were before a proxy
// packed them, what servers say, a server's last words.
package wire
