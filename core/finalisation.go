package core

// Finalisation is how far a server is with making a temporary file permanent.
type Finalisation struct {
	Status  string // as the server says: "copying", "copied", "verifying", "completed", "failed", "rolled_back"
	Percent int    // 0…100
}
