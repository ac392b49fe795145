package engine

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// packed is a core.Transfer in a quarter of its memory: the engine holds a
// hundred thousand of them. All its texts are in one string, so that they are one
// allocation, and what the window holds are parts of that string.
type packed struct {
	text string // ID, file ID, the name if the path doesn't end with it, path
	seq  int64
	size int64

	modSec  int64
	modNsec int32
	small   core.SmallState

	fileAt         uint16 // offset in text, like the next two
	nameAt, pathAt uint32

	queued, changed int64 // ns since 1970, as in the database; 0: none
	shared          *shared
	detail          *details // nil: all zero
}

// shared holds what the transfers of a drop have in common.
type shared struct {
	options core.Options
	server  string
	account string
	drop    *core.Drop
	callers *callers // who wants them sent; not durable
}

// details holds what only a transfer has that was begun or has ended.
type details struct {
	sent       int64
	attempts   int
	notBefore  time.Time
	err        *core.Error
	receipt    *core.Receipt
	resume     string
	copied     string
	startedAt  time.Time
	finishedAt time.Time
}

// packer packs transfers, for one goroutine.
type packer struct {
	callers *callers // callers of new transfers
	newest  *shared
}

// pack packs t. It shares what is the same as before in this transfer, or else
// as in the transfer that was packed last.
func (k *packer) pack(t core.Transfer, before packed) packed {
	callers := k.callers
	if before.shared != nil {
		callers = before.shared.callers
	}
	p := packed{
		text: before.text, fileAt: before.fileAt, nameAt: before.nameAt, pathAt: before.pathAt,
		seq: t.Seq, size: t.Source.Size, small: t.State.Small(), shared: k.share(t, callers, before.shared),
		modSec: t.Source.ModTime.Unix(), modNsec: int32(t.Source.ModTime.Nanosecond()),
	}
	if !t.QueuedAt.IsZero() {
		p.queued = t.QueuedAt.UnixNano()
	}
	if !t.Source.Changed.IsZero() {
		p.changed = t.Source.Changed.UnixNano()
	}
	if t.ID != p.id() || t.Source.FileID != p.fileID() || t.Source.Name != p.name() || t.Source.Path != p.path() {
		p.write(t)
	}
	r := details{t.Sent, t.Attempts, t.NotBefore, t.Error, t.Receipt, t.Resume, t.Source.Copy, t.StartedAt, t.FinishedAt}
	if r != (details{}) {
		p.detail = new(r)
	}
	return p
}

// write joins the texts of t. If the path ends with the name, the name is not
// repeated.
func (p *packed) write(t core.Transfer) {
	own := t.Source.Name
	if strings.HasSuffix(t.Source.Path, own) {
		own = ""
	}
	p.text = string(t.ID) + t.Source.FileID + own + t.Source.Path
	p.fileAt = uint16(len(t.ID))
	p.nameAt = uint32(p.fileAt) + uint32(len(t.Source.FileID))
	p.pathAt = p.nameAt + uint32(len(own))
	if own == "" {
		p.nameAt = uint32(len(p.text) - len(t.Source.Name))
	}
}

// share returns the shared part of t, an existing one if it fits.
func (k *packer) share(t core.Transfer, c *callers, before *shared) *shared {
	for _, s := range []*shared{before, k.newest} {
		if s != nil && s.callers == c && s.holds(t) {
			return s
		}
	}
	k.newest = &shared{t.Options, t.Server, t.Account, t.Drop, c}
	return k.newest
}

// assign returns p with other callers.
func (k *packer) assign(p packed, c *callers) packed {
	p.shared = k.share(p.transfer(), c, p.shared)
	return p
}

// holds reports whether t has the same options, server, account and drop.
func (s *shared) holds(t core.Transfer) bool {
	a, b := s.options, t.Options
	sameDrop := s.drop == t.Drop || s.drop != nil && t.Drop != nil && *s.drop == *t.Drop
	return sameDrop && s.server == t.Server && s.account == t.Account && a.Profile == b.Profile && a.Retention == b.Retention && a.TTLDays == b.TTLDays &&
		a.Description == b.Description && a.Again == b.Again && a.Intake == b.Intake &&
		(a.Tags == nil) == (b.Tags == nil) && slices.Equal(a.Tags, b.Tags) &&
		(a.Metadata == nil) == (b.Metadata == nil) && bytes.Equal(a.Metadata, b.Metadata)
}

// callers returns who wants the transfer sent.
func (p *packed) callers() *callers { return p.shared.callers }

func (p *packed) id() core.TransferID { return core.TransferID(p.text[:p.fileAt]) }

func (p *packed) fileID() string { return p.text[p.fileAt:min(p.nameAt, p.pathAt)] }

func (p *packed) path() string { return p.text[p.pathAt:] }

func (p *packed) name() string {
	if p.nameAt < p.pathAt {
		return p.text[p.nameAt:p.pathAt]
	}
	return p.text[p.nameAt:]
}

func (p *packed) state() core.State { return p.small.State() }

// details returns a copy of the details, zero if there are none.
func (p *packed) details() details {
	if p.detail == nil {
		return details{}
	}
	return *p.detail
}

// transfer unpacks p. Times are in UTC.
func (p *packed) transfer() core.Transfer {
	r := p.details()
	t := core.Transfer{
		ID: p.id(), Seq: p.seq, Options: p.shared.options, Drop: p.shared.drop, Server: p.shared.server, Account: p.shared.account, State: p.state(),
		Source: core.Source{
			Path: p.path(), Name: p.name(), Size: p.size,
			ModTime: time.Unix(p.modSec, int64(p.modNsec)).UTC(), FileID: p.fileID(), Copy: r.copied,
		},
		Sent: r.sent, Attempts: r.attempts, NotBefore: r.notBefore, Error: r.err, Receipt: r.receipt, Resume: r.resume,
		StartedAt: r.startedAt, FinishedAt: r.finishedAt,
	}
	if p.queued != 0 {
		t.QueuedAt = time.Unix(0, p.queued).UTC()
	}
	if p.changed != 0 {
		t.Source.Changed = time.Unix(0, p.changed).UTC()
	}
	return t
}
