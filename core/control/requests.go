package control

import (
	"context"
	"net/http"
	"sync"

	"github.com/artstore/ingester/core"
)

// request is a request that an attached caller may make.
type request func(ctx context.Context, c *call, in []message, out *lineWriter) (message, error)

// requests lists the requests of attached callers by name.
func (s *Server) requests() map[string]request {
	verb := func(of func(*call) func(context.Context, ...core.TransferID) error) request {
		return func(ctx context.Context, c *call, in []message, _ *lineWriter) (message, error) {
			return message{}, of(c)(ctx, idsOf(in)...)
		}
	}
	return map[string]request{
		"submit": submit, "adopt": adopt, "finalise": s.finalise,
		"resume": verb(func(c *call) func(context.Context, ...core.TransferID) error { return c.Resume }),
		"retry":  verb(func(c *call) func(context.Context, ...core.TransferID) error { return c.Retry }),
		"ask":    verb(func(c *call) func(context.Context, ...core.TransferID) error { return c.Ask }),
		"continue": func(ctx context.Context, c *call, in []message, _ *lineWriter) (message, error) {
			ids, err := c.Continue(ctx, profileOf(in))
			return message{IDs: ids}, err
		},
		"left": func(ctx context.Context, c *call, in []message, _ *lineWriter) (message, error) {
			here, elsewhere, err := c.Left(ctx, profileOf(in))
			return message{Here: here, Elsewhere: elsewhere}, err
		},
		"stop": func(ctx context.Context, c *call, _ []message, _ *lineWriter) (message, error) {
			return message{}, c.depart(ctx, c.Stop)
		},
		"leave": func(ctx context.Context, c *call, _ []message, _ *lineWriter) (message, error) {
			return message{}, c.depart(ctx, c.Leave)
		},
	}
}

// asking returns the handler for a request of an attached caller.
func (s *Server) asking(ask request) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answering(func(ctx context.Context, in []message, out *lineWriter) (message, error) {
			c, err := s.find(r.PathValue("id"))
			if err != nil {
				return message{}, err
			}
			c.asking.Add(1)
			defer c.asking.Add(-1)
			return ask(ctx, c, in, out)
		})(w, r)
	}
}

// depart ends a call at its caller's request.
func (c *call) depart(ctx context.Context, how func(context.Context) error) (err error) {
	c.leave.Do(func() {
		err = how(context.WithoutCancel(ctx))
		close(c.left)
	})
	return err
}

func profileOf(in []message) string {
	if len(in) == 0 {
		return ""
	}
	return string(in[0].Profile)
}

func submit(ctx context.Context, c *call, in []message, out *lineWriter) (message, error) {
	var o core.Options
	var sources []core.Source
	var from core.Intake
	for _, m := range in {
		if m.Drop != nil {
			from.Name, from.Join = string(m.Drop.Name), m.Drop.ID
		}
		from.Skipped = append(from.Skipped, skippedOf(m.Skipped)...)
		if m.Options != nil {
			o = m.Options.core()
		}
		for _, s := range m.Sources {
			sources = append(sources, s.core())
		}
	}
	o.Intake = &from
	got, err := c.Submit(ctx, sources, o)
	if err != nil {
		return message{}, err
	}
	for part := range inLines(got.Queued) {
		out.write(message{Queued: part})
	}
	for part := range inLines(got.Already) {
		out.write(message{Already: newTransfers(part)})
	}
	for part := range inLines(got.Stored) {
		out.write(message{Stored: newTransfers(part)})
	}
	return message{Options: newOptions(got.Asked), Drop: newDrop(&got.Drop)}, nil
}

func adopt(ctx context.Context, c *call, in []message, out *lineWriter) (message, error) {
	found, err := c.Adopt(ctx, idsOf(in))
	for part := range inLines(found) {
		out.write(message{Transfers: newTransfers(part)})
	}
	return message{}, err
}

// finalise uses this process's own record of the transfer. Of the caller's it uses only
// the ID and the profile.
func (s *Server) finalise(ctx context.Context, c *call, in []message, out *lineWriter) (message, error) {
	if len(in) == 0 || len(in[0].IDs) != 1 || in[0].Finalise == nil {
		return message{}, badRequest(errCutOff)
	}
	t, err := s.owner.Transfer(ctx, in[0].IDs[0])
	if err != nil {
		return message{}, err
	}
	t.Options.Profile = string(in[0].Profile)
	var mu sync.Mutex
	return message{}, c.Finalise(ctx, t, in[0].Finalise.core(), func(f core.Finalisation) {
		mu.Lock()
		defer mu.Unlock()
		_ = out.send(message{Step: &f}) // an error means that the caller no longer listens
	})
}
