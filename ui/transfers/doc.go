// Package transfers is the page of the queue: what is dropped next, the list with its rows, menus and keys, and what is
// known of one transfer.
package transfers
