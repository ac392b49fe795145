package sandbox

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"github.com/artstore/ingester/core"
)

// Defaults of a Config.
const (
	DefaultAddr          = "127.0.0.1:0"
	DefaultMaxFileSize   = int64(64) << 30
	DefaultTokenLifetime = 30 * time.Minute
	DefaultTusExpiry     = 7 * 24 * time.Hour
)

// Config says where a server lives and how it behaves. The zero value of every
// field except Dir is usable.
type Config struct {
	Dir           string        // of everything the server keeps; created with mode 0700
	Addr          string        // "host:port"; no host is 127.0.0.1; port 0 is the port of the last run if it is free
	AdminAddr     string        // of the first generation's Admin Module; "" is another port of Addr's host
	Generation    int           // 1 or 2 is a real ArtStore; 0 is the sandbox's own server, which can do more
	NoMTLS        bool          // clients need no certificate; the server still has one
	MaxFileSize   int64         // bytes; 0 is DefaultMaxFileSize, or 1 GiB with a generation
	TokenLifetime time.Duration // 0 is DefaultTokenLifetime
	NoTus         bool          // no resumable uploads: /files/ answers 404
	TusExpiry     time.Duration // unfinished uploads are deleted this long after their last byte; 0 is DefaultTusExpiry
	IdleTimeout   time.Duration // idle connections are closed after it; 0 is 5 s with the first generation, else 2 minutes
	ReadTimeout   time.Duration // limit for reading a whole request; 0 is 30 s with the second generation, else none
	Role          string        // in tokens; "" is "user" with the first generation, else "service"
	Mode          string        // of the Storage Element: "edit", "rw" or "ro"; "" is "edit" with the second generation, else files are kept as asked
	Faults        Faults        // in which ways the server does not do what it is asked
	Log           *slog.Logger  // nil discards
	Now           func() time.Time

	// Tamper is for tests: it returns the checksum that the server answers
	// for a file. The stored one stays correct.
	Tamper func(name string, sum core.Checksum) core.Checksum
	// Finalize is for tests: it is called before each step of a transaction
	// and may return "failed" instead of the next status.
	Finalize func(file File, next string) string
	// Down is for tests: whether the first generation's Storage Element is down.
	Down func() bool
	// Wrap is for tests: its handler gets every request first and may count,
	// delay, answer or break it.
	Wrap func(http.Handler) http.Handler
}

// withDefaults fills in what was left out and checks the rest.
func (c Config) withDefaults() (Config, error) {
	if c.Dir == "" {
		return c, usage("the sandbox needs a folder", nil)
	}
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return c, usage("the sandbox folder has no absolute path", err)
	}
	c.Dir = dir
	if c.Generation < generationOwn || c.Generation > generation2 {
		return c, usage("the generation must be 1 or 2", nil)
	}
	if c.Mode != "" && c.Mode != modeEdit && c.Mode != modeRW && c.Mode != modeRO {
		return c, usage("the mode must be edit, rw or ro", nil)
	}
	if c.AdminAddr != "" && c.Generation != generation1 {
		return c, usage("only the first generation has an Admin Module at an address of its own", nil)
	}
	c.MaxFileSize = max(c.MaxFileSize, 0)
	c.withGeneration()
	if c.TokenLifetime <= 0 {
		c.TokenLifetime = DefaultTokenLifetime
	}
	if c.TusExpiry <= 0 {
		c.TusExpiry = DefaultTusExpiry
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}
