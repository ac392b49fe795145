package upload

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/transport"
)

// A server may read a form to its end before it checks the token (FastAPI does). It
// then refuses a file that took longer to send than its token lives.
const (
	// unmeasured is the assumed speed in bytes a second until it was measured.
	unmeasured = 64 << 10
	// firstLife is the assumed lifetime of tokens before the first one.
	firstLife = time.Minute
	// FirstBudget is Client.Budget before anything is known.
	FirstBudget = unmeasured * int64(firstLife/time.Second) / 2
)

// tokenFor returns a token that will not expire before a file of size bytes is sent.
// It reckons with one and a half times the time needed at the measured speed.
func (c *Client) tokenFor(ctx context.Context, size int64) (core.Token, error) {
	beside, _ := c.meter.Takes(size)
	token, err := c.cfg.Tokens.TokenFor(ctx, beside+beside/2)
	if err == nil {
		c.life.Store(int64(token.Life))
	}
	return token, err
}

// Budget is how many bytes may be in flight so that each file is sent before its
// token expires: what can be sent in half of a token's life. There is no limit once
// a server has accepted a token that had expired meanwhile, as it checks tokens
// before bodies.
func (c *Client) Budget() int64 {
	if c.patient.Load() {
		return math.MaxInt64
	}
	life, rate := time.Duration(c.life.Load()), c.meter.Rate()
	if life == 0 {
		life = firstLife
	}
	if rate == 0 {
		rate = unmeasured
	}
	return int64(min(rate*life.Seconds()/2, math.MaxInt64/2))
}

// Outlasts reports whether sending a file of size bytes takes longer than a token
// lives, even if it is sent alone.
func (c *Client) Outlasts(size int64) bool {
	_, alone := c.meter.Takes(size)
	life := time.Duration(c.life.Load())
	return life > 0 && alone > life && !c.patient.Load()
}

// taken notes a token with which a file was stored.
func (c *Client) taken(token core.Token) {
	if token.Life > 0 && c.cfg.Now().Sub(token.Expiry) > token.Life/10 {
		c.patient.Store(true)
	}
}

// measure notes that the body begins.
func (a *attempt) measure() {
	streamed, ok := a.body.(*body)
	if ok {
		a.passage.Store(a.client.meter.Begin(streamed.Sent))
	}
}

// measured notes that the body has ended, whole or not.
func (a *attempt) measured(whole bool) {
	passage := a.passage.Load()
	switch {
	case passage == nil:
	case whole:
		passage.End(a.body.length())
	default:
		passage.End(0)
	}
}

// outlasted changes the error of a completely sent body to CodeTokenExpired if its
// token expired meanwhile: then the account was not refused.
func (a *attempt) outlasted(e *core.Error, token core.Token) {
	if !transport.Outlasted(e, token, a.client.cfg.Now()) {
		return
	}
	a.client.patient.Store(false)
	if _, alone := a.client.meter.Takes(a.transfer.Source.Size); alone > token.Life {
		e.Message = fmt.Sprintf("The file takes %s at the present speed, and the server's access tokens live %s: it takes a faster network, tokens that live longer, or resumable uploads (tus).",
			inWords(alone), inWords(token.Life))
	}
}

// inWords writes a duration in words.
func inWords(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%.0f seconds", d.Seconds())
	}
	return fmt.Sprintf("%.0f minutes", d.Minutes())
}
