package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/content"
)

// fate is the outcome of one attempt in the model test.
type fate int

const (
	fateStored  fate = iota
	fateRefused      // for good
	fateDown         // nothing arrived
	fateBusy         // refused for now
	fateCutOff
	fateLostStored // everything arrived, the answer didn't
	fateLost
	fateSlow // until it is stopped, or ten seconds
	fateHalt
	fateHalf     // a part arrived and was noted
	fateHalfDone // everything arrived and was noted, the answer got lost
	fateJudged   // everything arrived, a hook refused it, and that was noted
	fateUnheard  // everything arrived, a hook refused it, and the answer got lost
	fateForbidden
	fateToken     // refused
	fateKeychain  // locked, for a while
	fateBusyAfter // refused for now, with the time when it may be sent
	fates
)

// play returns a script that plays fates, one for each attempt, and then stores.
func play(list []fate) func(context.Context, *server, core.Transfer, int, core.Progress) (bool, error) {
	return func(ctx context.Context, s *server, t core.Transfer, _ int, p core.Progress) (bool, error) {
		next := fateStored
		s.with(func(*server) {
			if len(list) > 0 {
				next, list = list[0], list[1:]
			}
		})
		if next == fateSlow {
			select {
			case <-time.After(10 * time.Second):
				next = fateStored
			case <-ctx.Done():
				return false, failure(core.KindCancelled, core.CodeCancelled, core.OutcomeCutOff)
			}
		}
		if at, _ := s.reach(t.Source); at != "" {
			return false, failure(core.KindFile, core.CodeFileMissing, core.OutcomeNotProcessed)
		}
		if next >= fateKeychain {
			return false, refusal(next)
		}
		if s.complete(t.Resume) && next != fateDown && next != fateBusy && next != fateCutOff && next != fateHalt {
			return false, nil // the server says that it has it
		}
		if known := s.honours && s.committed(t.ID) > 0; known && next >= fateHalf {
			return false, nil // recognised by its key: there is nothing left to send
		}
		if next == fateForbidden || next == fateToken {
			return false, refusal(next)
		}
		if next == fateJudged || next == fateUnheard {
			return false, judge(ctx, t, p, next == fateJudged)
		}
		if next == fateHalf || next == fateHalfDone {
			return false, leaveHalf(ctx, s, t, p, next == fateHalfDone)
		}
		if next != fateDown && next != fateBusy && next != fateCutOff && t.Source.Size > core.FinishThreshold {
			if err := p.Finishing(ctx); err != nil {
				return false, err
			}
		}
		if s.honours && s.committed(t.ID) > 0 && next == fateRefused {
			next = fateStored // the server knows the key and gives the earlier answer
		}
		switch next {
		case fateRefused:
			return false, failure(core.KindServer, core.CodeRejected, core.OutcomeAnswered)
		case fateDown:
			return false, failure(core.KindNetwork, core.CodeUnreachable, core.OutcomeNotProcessed)
		case fateBusy:
			e := failure(core.KindServer, core.CodeServerBusy, core.OutcomeAnswered)
			e.Status = 429
			return false, e
		case fateCutOff:
			return false, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
		case fateLostStored, fateLost:
			return next == fateLostStored, failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeUnknown)
		case fateHalt:
			return false, failure(core.KindAuth, core.CodeSignInRefused, core.OutcomeNotProcessed)
		}
		return true, nil
	}
}

// reach reports folders that are away.
func (s *server) reach(src core.Source) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if top := content.Top(src); s.gone[top] {
		return top, failure(core.KindFile, core.CodeFolderAway, core.OutcomeNotProcessed)
	}
	return "", nil
}

// leaveHalf is an attempt that leaves a note, by which the next one finds out the
// outcome.
func leaveHalf(ctx context.Context, s *server, t core.Transfer, p core.Progress, all bool) error {
	if err := s.half(ctx, fmt.Sprint("half of ", t.ID, " ", t.Attempts), p); err != nil {
		return err
	}
	if all {
		if t.Source.Size > core.FinishThreshold {
			if err := p.Finishing(ctx); err != nil {
				return err
			}
		}
		s.with(func(s *server) {
			s.halves[fmt.Sprint("half of ", t.ID, " ", t.Attempts)] = true
			s.commits[t.ID]++
			s.keeper[t.ID] = t.Destination()
			s.catalog.add(t)
		})
	}
	return failure(core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
}

// judge is an attempt that a hook refuses at its end. By the note the next one
// finds that it has to begin a new upload, or that the outcome is unknown.
func judge(ctx context.Context, t core.Transfer, p core.Progress, heard bool) error {
	p.Resumed(0)
	if err := p.Resumable(ctx, fmt.Sprint("refused upload of ", t.ID)); err != nil {
		return err
	}
	if t.Source.Size > core.FinishThreshold {
		if err := p.Finishing(ctx); err != nil {
			return err
		}
	}
	p.Sent(t.Source.Size)
	if !heard {
		return failure(core.KindServer, core.CodeOutcomeUnknown, core.OutcomeUnknown)
	}
	if err := p.Resumable(ctx, fmt.Sprint("no to ", t.ID)); err != nil {
		return err
	}
	return failure(core.KindServer, core.CodeRejected, core.OutcomeAnswered)
}
