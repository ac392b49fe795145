package tlsconfig

import (
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/artstore/ingester/core"
)

// Watch notices that a profile's CA file was replaced. Build reads that file once, so a
// long-lived program makes a Watch before it calls Build, and calls Build again when
// the Watch says so.
type Watch struct {
	path string
	log  *slog.Logger

	mu   sync.Mutex
	seen os.FileInfo // as last read or refused, nil while the file was missing
}

// NewWatch remembers the CA file of s as it is now. log may be nil.
func NewWatch(s core.TLSSettings, log *slog.Logger) *Watch {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	w := &Watch{log: log}
	if s.Enabled {
		w.path = s.CACertFile
	}
	w.seen = w.look()
	return w
}

// Changed reports, once for each change, whether there is another CA file than before
// that can be used. Half a file, or none, counts as no change.
func (w *Watch) Changed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	found := w.look()
	if found == nil || (w.seen != nil && unchanged([]os.FileInfo{w.seen}, []os.FileInfo{found})) {
		return false
	}
	w.seen = found
	if _, err := readRoots(w.path, time.Now(), w.log); err != nil {
		w.log.Warn("the CA file was replaced by one that can't be used; the authorities of before stay", "code", core.CodeOf(err), "error", err)
		return false
	}
	w.log.Info("the CA file was replaced", "file", w.path)
	return true
}

// look returns the state of the file, nil without one.
func (w *Watch) look() os.FileInfo {
	if w.path == "" {
		return nil
	}
	info, err := os.Stat(w.path)
	if err != nil {
		return nil
	}
	return info
}
