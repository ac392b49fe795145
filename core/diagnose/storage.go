package diagnose

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/wire"
)

// storage is what a server says about the files that it keeps.
type storage struct {
	mode  string                  // a Storage Element's mode, "" if not known
	can   map[core.Retention]bool // only for kinds of which the server tells
	takes bool                    // it takes uploads of some kind
}

// The modes of Storage Elements.
const (
	modeEdit = "edit" // files that expire
	modeRW   = "rw"   // files for good
)

// storageOf reads an Ingester's health check, which lists the Storage Elements behind
// it, and a Storage Element's answer about itself. Either may be empty.
func storageOf(health, info []byte) storage {
	s := storage{can: map[core.Retention]bool{}, takes: true}
	var told struct {
		Mode       string   `json:"mode"`
		Operations []string `json:"allowed_operations"`
	}
	if json.Unmarshal(info, &told) == nil && told.Mode != "" {
		s.mode = clean(told.Mode)
		s.can[core.RetentionTemporary], s.can[core.RetentionPermanent] = told.Mode == modeEdit, told.Mode == modeRW
		s.takes = told.Mode == modeEdit || told.Mode == modeRW
		if told.Operations != nil {
			s.takes = slices.Contains(told.Operations, "upload")
		}
		return s
	}
	var behind struct {
		Elements map[string]struct{ Mode, Status string } `json:"storage_elements"`
	}
	if json.Unmarshal(health, &behind) != nil {
		return s
	}
	s.readChecks(health)
	for _, e := range behind.Elements {
		switch e.Mode {
		case modeEdit:
			s.can[core.RetentionTemporary] = s.can[core.RetentionTemporary] || e.Status == "ok"
		case modeRW:
			s.can[core.RetentionPermanent] = s.can[core.RetentionPermanent] || e.Status == "ok"
		}
	}
	return s
}

// readChecks reads a health check that has a state for each kind of file.
func (s storage) readChecks(health []byte) {
	h, _ := wire.ReadHealth(http.StatusOK, health) // something else has no checks
	failing := h.Failing()
	for _, kind := range []core.Retention{core.RetentionTemporary, core.RetentionPermanent} {
		if _, told := h.Checks[string(kind)]; told {
			s.can[kind] = !slices.ContainsFunc(failing, func(f string) bool { return strings.HasPrefix(f, string(kind)+":") })
		}
	}
}

// checkStorage tells which files the server keeps, and for how long.
func (u *uploads) checkStorage(ctx context.Context) verdict {
	health := u.server.request(ctx)
	found := storageOf(health.body, nil)
	if len(found.can) == 0 { // not an Ingester with Storage Elements behind it
		r, err := u.ask(ctx, question{method: http.MethodGet, url: u.at("/api/v1/info"), nameless: true})
		switch {
		case err != nil:
			return failed(err)
		case r.status == http.StatusOK:
			found = storageOf(health.body, r.body)
		}
	}
	told := found.words()
	if !found.takes {
		return verdict{found: told, err: problem(core.KindServer, core.CodeReadOnly, fact("storage.read_only", with{"Mode": found.mode})), todo: say("storage.other", nil)}
	}
	asked := u.test.cfg.Profile.DefaultOptions().Retention
	if can, known := found.can[asked]; known && !can {
		return verdict{found: told, todo: say("storage.no_"+string(asked), nil)}
	}
	return verdict{found: told}
}

func (s storage) words() facts {
	temporary, permanent := s.can[core.RetentionTemporary], s.can[core.RetentionPermanent]
	key := "storage.none"
	switch {
	case len(s.can) == 0:
		key = "storage.untold"
	case temporary && permanent:
		key = "storage.both"
	case temporary:
		key = "storage.temporary"
	case permanent:
		key = "storage.permanent"
	}
	told := say(key, nil)
	if s.mode != "" {
		told = append(told, fact("storage.mode", with{"Mode": s.mode}))
	}
	return told
}
