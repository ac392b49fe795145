package main

import "github.com/artstore/ingester/core"

// askedNext is when a server is asked again, in JSON, for a file whose outcome a
// command could not find out.
const askedNext = "next run"

// askedAgain says that the server will be asked again for what it may have.
func askedAgain(t core.Transfer) string {
	if t.Doubtful() {
		return "; the next run asks the server again"
	}
	return ""
}
