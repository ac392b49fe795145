package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/control"
)

const queueHelp = `Works with what is in the queue, also while a window or another command has it.

Transfers are named by ID, by the path of the file or of a folder above it, and
by --state; those that fit one of the names and one of the states are meant.`

// selection says which transfers a command means.
type selection struct {
	states []string
	names  []string // IDs and paths
}

func newQueue(s streams) *cobra.Command {
	cmd := &cobra.Command{Use: "queue", Short: "List and change what waits to be sent", Long: queueHelp, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(newQueueList(s),
		newQueueVerb(s, "retry", "Send what failed, waits, was cancelled or is of unknown outcome again", "queued again",
			func(q control.Queue) func(context.Context, ...core.TransferID) error { return q.Retry }),
		newQueueVerb(s, "cancel", "Give transfers up; what the server may have becomes unknown, then cancelled", "cancelled",
			func(q control.Queue) func(context.Context, ...core.TransferID) error { return q.Cancel }),
		newQueueVerb(s, "remove", "Take transfers off the list; the history keeps what was stored", "removed",
			func(q control.Queue) func(context.Context, ...core.TransferID) error { return q.Remove }),
		newQueueVerb(s, "take-as-arrived", "Record what is of unknown outcome as taken as arrived, by you: not verified", "taken as arrived",
			func(q control.Queue) func(context.Context, ...core.TransferID) error { return q.Take }))
	return cmd
}

func (sel *selection) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&sel.states, "state", nil, "queued, sending, sent, waiting, paused, stored, failed, unknown, cancelled or taken; may be given several times")
}

// check refuses names and states that can match no transfer.
func (sel *selection) check(names []string, needed bool) error {
	for _, s := range sel.states {
		if !core.State(s).Valid() {
			return usageError("there is no state %q", s)
		}
	}
	if needed && len(names) == 0 && len(sel.states) == 0 {
		return usageError("which ones? Name IDs, paths or --state")
	}
	for i, name := range names {
		if _, err := uuid.Parse(name); err != nil {
			abs, err := filepath.Abs(name)
			if err != nil {
				return usageError("%q has no absolute path: %v", name, err)
			}
			names[i] = abs
		}
	}
	sel.names = names
	return nil
}

// of returns the transfers that are selected. A name that matches none is an error.
func (sel *selection) of(all []core.Transfer) ([]core.Transfer, error) {
	fits := make([]bool, len(sel.names))
	var found []core.Transfer
	for _, t := range all {
		named := len(sel.names) == 0
		for i, name := range sel.names {
			if name == string(t.ID) || name == t.Source.Path || strings.HasPrefix(t.Source.Path, strings.TrimRight(name, string(filepath.Separator))+string(filepath.Separator)) {
				fits[i], named = true, true
			}
		}
		if named && (len(sel.states) == 0 || slices.Contains(sel.states, string(t.State))) {
			found = append(found, t)
		}
	}
	if i := slices.Index(fits, false); i >= 0 {
		return nil, usageError("nothing in the queue is %s", report.Printable(sel.names[i]))
	}
	return found, nil
}

// in returns the selected transfers of a queue, and the whole queue.
func (sel *selection) in(ctx context.Context, q control.Queue) ([]core.Transfer, core.Snapshot, error) {
	snapshot, err := q.Transfers(ctx)
	if err != nil {
		return nil, snapshot, err
	}
	found, err := sel.of(snapshot.Transfers)
	return found, snapshot, err
}

func newQueueList(s streams) *cobra.Command {
	var sel selection
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list [ID|PATH…]", Short: "List what is in the queue",
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := sel.check(names, false); err != nil {
				return err
			}
			return withQueue(cmd.Context(), s, func(ctx context.Context, q control.Queue) error {
				found, snapshot, err := sel.in(ctx, q)
				if err != nil {
					return err
				}
				if asJSON {
					return printQueueJSON(s, found)
				}
				return printQueue(s, found, snapshot)
			})
		},
	}
	sel.flags(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object a line")
	return cmd
}

func newQueueVerb(s streams, use, short, done string, verb func(control.Queue) func(context.Context, ...core.TransferID) error) *cobra.Command {
	var sel selection
	cmd := &cobra.Command{
		Use: use + " [ID|PATH…]", Short: short,
		RunE: func(cmd *cobra.Command, names []string) error {
			if err := sel.check(names, true); err != nil {
				return err
			}
			return withQueue(cmd.Context(), s, func(ctx context.Context, q control.Queue) error {
				found, _, err := sel.in(ctx, q)
				if err != nil {
					return err
				}
				ids := make([]core.TransferID, len(found))
				for i, t := range found {
					ids[i] = t.ID
				}
				if err := verb(q)(ctx, ids...); err != nil {
					return err
				}
				return printChanged(ctx, s, q, found, done)
			})
		},
	}
	sel.flags(cmd)
	return cmd
}

// printChanged says how many transfers have changed: not each verb suits each
// state.
func printChanged(ctx context.Context, s streams, q control.Queue, asked []core.Transfer, done string) error {
	snapshot, err := q.Transfers(ctx)
	if err != nil {
		return err
	}
	now := map[core.TransferID]core.State{}
	for _, t := range snapshot.Transfers {
		now[t.ID] = t.State
	}
	changed := 0
	for _, t := range asked {
		if now[t.ID] != t.State {
			changed++
		}
	}
	_, err = fmt.Fprintf(s.out, "%s %s\n", report.Plural(changed, "transfer"), done)
	return err
}

// queueLine is the JSON of a transfer in the queue.
type queueLine struct {
	ID        core.TransferID   `json:"id"`
	Path      string            `json:"path"`
	PathBytes []byte            `json:"path_bytes,omitempty"`
	Name      string            `json:"name"`
	Size      int64             `json:"size"`
	State     core.State        `json:"state"`
	Attempts  int               `json:"attempts"`
	Profile   string            `json:"profile"`
	Server    string            `json:"server"`
	Account   string            `json:"account,omitempty"`
	QueuedAt  time.Time         `json:"queued_at"`
	NotBefore time.Time         `json:"not_before,omitzero"`
	Error     *report.ErrorLine `json:"error,omitempty"`
	// MaybeStored: the server may have the file, and is asked before it is sent again.
	MaybeStored bool `json:"maybe_stored,omitempty"`
}

func printQueueJSON(s streams, list []core.Transfer) error {
	out := json.NewEncoder(s.out)
	out.SetEscapeHTML(false)
	for _, t := range list {
		l := queueLine{t.ID, t.Source.Path, report.RawPath(t.Source.Path), t.Source.Name, t.Source.Size, t.State, t.Attempts,
			t.Options.Profile, t.Server, t.Account, t.QueuedAt, t.NotBefore, nil, t.Doubtful()}
		if t.Error != nil {
			l.Error = report.ErrorLineOf(t.Error)
		}
		if err := out.Encode(l); err != nil {
			return err
		}
	}
	return nil
}

func printQueue(s streams, list []core.Transfer, all core.Snapshot) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, t := range list {
		why := ""
		if t.Error != nil {
			why = report.InQueue(t)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", t.ID, t.State, report.Printable(t.Source.Path), why) // Flush reports what failed
	}
	if all.Paused {
		_, _ = fmt.Fprintln(w, "All is paused; 'ingester resume' goes on.")
	}
	if all.Halt != nil {
		_, _ = fmt.Fprintln(w, "The queue stands still: "+report.Printable(all.Halt.Error()))
	}
	return w.Flush()
}
