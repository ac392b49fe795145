package engine

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/artstore/ingester/core"
)

// packed is a core.Transfer in a quarter of its memory: a hundred thousand of
// them are held at once. Its texts are one, which is one allocation, and the
// window holds parts of the same.
type packed struct {
	text string // ID, file ID, the name unless the path ends with it, path
	seq  int64
	size int64

	modSec  int64
	modNsec int32
	small   core.SmallState

	fileAt         uint16 // in text, as are
	nameAt, pathAt uint32

	queued, changed int64 // ns since 1970, 0: none, as the database has them
	shared          *shared
	rest            *rest // nil: all zero
}

// shared is what the transfers of a batch have in common.
type shared struct {
	options core.Options
	server  string
	account string
	crew    *crew // who wants them sent; not durable
}

// rest is what only a transfer has that was begun or has ended.
type rest struct {
	sent       int64
	attempts   int
	notBefore  time.Time
	err        *core.Error
	receipt    *core.Receipt
	resume     string
	snapshot   string
	startedAt  time.Time
	finishedAt time.Time
}

// packer packs transfers, for one goroutine.
type packer struct {
	crew   *crew // of new ones
	newest *shared
}

// pack packs t. What is as it was before, or else as in the transfer that was
// packed last, is not held twice.
func (k *packer) pack(t core.Transfer, before packed) packed {
	crew := k.crew
	if before.shared != nil {
		crew = before.shared.crew
	}
	p := packed{
		text: before.text, fileAt: before.fileAt, nameAt: before.nameAt, pathAt: before.pathAt,
		seq: t.Seq, size: t.Source.Size, small: t.State.Small(), shared: k.share(t, crew, before.shared),
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
	r := rest{t.Sent, t.Attempts, t.NotBefore, t.Error, t.Receipt, t.Resume, t.Source.Snapshot, t.StartedAt, t.FinishedAt}
	if r != (rest{}) {
		p.rest = new(r)
	}
	return p
}

// write puts the texts of t together. A name that the path ends with is found
// there.
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

// share returns what t has in common with others.
func (k *packer) share(t core.Transfer, c *crew, before *shared) *shared {
	for _, s := range []*shared{before, k.newest} {
		if s != nil && s.crew == c && s.holds(t) {
			return s
		}
	}
	k.newest = &shared{t.Options, t.Server, t.Account, c}
	return k.newest
}

// assign is p, wanted by a crew.
func (k *packer) assign(p packed, c *crew) packed {
	p.shared = k.share(p.transfer(), c, p.shared)
	return p
}

// holds reports whether t has the same options, server and account.
func (s *shared) holds(t core.Transfer) bool {
	a, b := s.options, t.Options
	return s.server == t.Server && s.account == t.Account && a.Profile == b.Profile && a.Retention == b.Retention && a.TTLDays == b.TTLDays &&
		a.Description == b.Description && a.Again == b.Again &&
		(a.Tags == nil) == (b.Tags == nil) && slices.Equal(a.Tags, b.Tags) &&
		(a.Metadata == nil) == (b.Metadata == nil) && bytes.Equal(a.Metadata, b.Metadata)
}

// crew is who wants the transfer sent.
func (p *packed) crew() *crew { return p.shared.crew }

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

// late is the rest, zero where there is none.
func (p *packed) late() rest {
	if p.rest == nil {
		return rest{}
	}
	return *p.rest
}

// transfer unpacks p. Times are in UTC.
func (p *packed) transfer() core.Transfer {
	r := p.late()
	t := core.Transfer{
		ID: p.id(), Seq: p.seq, Options: p.shared.options, Server: p.shared.server, Account: p.shared.account, State: p.state(),
		Source: core.Source{
			Path: p.path(), Name: p.name(), Size: p.size,
			ModTime: time.Unix(p.modSec, int64(p.modNsec)).UTC(), FileID: p.fileID(), Snapshot: r.snapshot,
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
