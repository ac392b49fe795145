package queue

import "github.com/artstore/ingester/core"

// Cost is what is lost if attempts that are under way are stopped, as far as this
// program knows it: a server may have dropped even what it was to keep.
type Cost struct {
	Files    int   // begin again from their start
	Bytes    int64 // that were sent of them in this attempt, and go again
	Doubtful int   // are with the server, which is checking them: nobody would know whether they arrived
}

// worthAsking is from how many bytes on a question is better than sending them again.
const worthAsking = 1 << 20

// Matters reports whether the user should be asked before.
func (c Cost) Matters() bool { return c.Bytes >= worthAsking || c.Doubtful > 0 }

// count adds a row (sign 1) or subtracts it (-1).
func (c *Cost) count(r *Row, sign int) {
	switch {
	case r.continues:
	case r.State() == core.StateSending && r.Sent() > 0:
		c.Files += sign
		c.Bytes += int64(sign) * r.Sent()
	case r.State() == core.StateSent:
		c.Doubtful += sign
	}
}

// CostOf is the cost of stopping transfers.
func (m *Model) CostOf(ids []core.TransferID) (c Cost) {
	for _, id := range ids {
		if m.meters[id] != nil { // it is under way
			c.count(m.Find(id), +1)
		}
	}
	return c
}
