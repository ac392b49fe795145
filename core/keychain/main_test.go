package keychain

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/artstore/ingester/core"
)

// childVar makes the test binary a program that uses the real keychain.
const childVar = "INGESTER_KEYCHAIN_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVar) != "" {
		child()
		return
	}
	goleak.VerifyTestMain(m)
}

// request is one call that a child makes, and answer its result.
type (
	request struct {
		Do, Profile string
		Item        Item
		Secret      []byte // JSON would change invalid UTF-8 in a string
		Limit       time.Duration
	}
	answer struct {
		Secret  []byte
		Code    core.Code
		Message string
	}
)

// child answers requests from standard input on standard output. D-Bus
// libraries keep one connection for a whole process, so each session of a test
// needs a process.
func child() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	kept := map[time.Duration]*System{}
	for {
		var r request
		if in.Decode(&r) != nil {
			return
		}
		s := kept[r.Limit]
		if s == nil {
			s = NewSystem("ingester-test", r.Limit)
			kept[r.Limit] = s
		}
		if out.Encode(r.run(context.Background(), s)) != nil {
			return
		}
	}
}

func (r request) run(ctx context.Context, s *System) (a answer) {
	var err error
	switch r.Do {
	case "get":
		var secret core.Secret
		secret, err = s.Get(ctx, r.Profile, r.Item)
		a.Secret = []byte(secret.Reveal())
	case "set":
		err = s.Set(ctx, r.Profile, r.Item, core.NewSecret(string(r.Secret)))
	case "delete":
		err = s.Delete(ctx, r.Profile, r.Item)
	case "probe":
		err = s.Probe(ctx)
	}
	if err != nil {
		a.Code, a.Message = core.CodeOf(err), err.Error()
	}
	return a
}
