//go:build !unix

package upload

const openFlags = 0
