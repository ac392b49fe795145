package core

// Submission tells what happened to submitted sources.
type Submission struct {
	Queued []TransferID // new, durable
	// Already lists transfers that were in the queue before: still under way, or
	// failed and queued again by this call.
	Already []Transfer
	// Stored lists transfers of the history: same server and account, path, size
	// and time. With Options.Again they are sent once more. The server may keep
	// them differently than this call asks: see Transfer.DiffersFrom.
	Stored []Transfer
	// Permanent lists transfers that were stored as temporary files and made
	// permanent later, as this call asks.
	Permanent []Transfer
	Asked     Options // the options of this call
	Drop      Drop    // of the transfers in Queued
}
