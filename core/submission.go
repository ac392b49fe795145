package core

// Submission is what became of submitted sources.
type Submission struct {
	Queued []TransferID // new, durable
	// Already were in the queue before: still under way, or failed and
	// queued again by this call.
	Already []Transfer
	// Stored are in the history: same server and account, path, size and time.
	// Options.Again sends them once more. The server may keep them otherwise
	// than this call asks: see Transfer.DiffersFrom.
	Stored []Transfer
	// Permanent were stored as temporary files, and have been made permanent
	// since, as this call asks.
	Permanent []Transfer
	Asked     Options // by this call
}
