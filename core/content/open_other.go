//go:build !unix

package content

const openFlags = 0

// here is empty: no pipe can take a folder's place here.
const here = ""
