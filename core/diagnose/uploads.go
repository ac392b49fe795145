package diagnose

import (
	"context"

	"github.com/artstore/ingester/core"
)

// uploads is the steps after the ingester has answered, about what it needs to take
// files of this profile.
type uploads struct {
	*asker
	server *server
	tus    *offer // nil before it was asked for
	tried  *trial // nil before an upload was begun
}

// uploads takes the steps. Without a token it takes those that need none.
func (t *test) uploads(ctx context.Context, reached bool, s *server, token core.Token) {
	u := &uploads{asker: t.newAsker(), server: s}
	u.token = token
	defer u.close()
	target := core.TargetIngester
	reached = t.chain(ctx, reached, task{Ready, target, u.checkReady}, task{Storage, target, u.checkStorage})
	t.chain(ctx, reached && !token.Value.IsZero(), task{Authorization, target, u.checkAuthorization})
	if u.mayResume() {
		t.chain(ctx, reached, task{Resumable, target, u.checkResumable})
	}
}

// mayResume reports whether the profile sends files by tus.
func (u *uploads) mayResume() bool {
	return u.test.cfg.Profile.Upload.Protocol != core.ProtocolMultipart
}

// tusAlone reports whether an answer to a request of ArtStore's shows a gateway that
// offers only resumable uploads.
func (u *uploads) tusAlone(ctx context.Context, r *reply) bool {
	return missing(r.status) && u.mayResume() && u.offer(ctx).offered
}
