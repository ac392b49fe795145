//go:build !unix

package content

const openFlags = 0

// here is nothing: folders are what they are.
const here = ""
