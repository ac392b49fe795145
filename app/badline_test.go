package main

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/sandbox"
)

// Faults 23 to 26 for the whole program: sign-in, uploads, queue and history
// over a network that gets worse and worse. In the end each file is stored once.
func TestBadLine(t *testing.T) {
	t.Parallel()
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		t.Run("HTTP "+version, func(t *testing.T) {
			t.Parallel()
			s := newSiege(t, "ingester", 100)
			s.grow(t, s.total)
			server := newServer(t, sandbox.Config{})
			p := server.Profile()
			upstream, err := url.Parse(p.IngesterURL)
			if err != nil {
				t.Fatal(err)
			}
			api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
			line := toxiproxy.NewProxy(api, "line", "127.0.0.1:0", upstream.Host)
			if err := line.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(line.Stop)
			p.IngesterURL, p.AdminURL, p.Upload.HTTPVersion = "https://"+line.Listen, "https://"+line.Listen, version
			server.writeProfile(t, p)
			s.profile, s.secret = server.profileFile, server.ClientSecret().Reveal()

			ctx, heal := context.WithCancel(t.Context())
			random := rand.New(rand.NewPCG(s.random.Uint64(), 0)) // a siege's own is for one goroutine
			var spoiling sync.WaitGroup
			spoiling.Go(func() { spoil(ctx, t, line, random) })
			for range 2 {
				s.life(t, patience)
			}
			heal()
			spoiling.Wait()
			states := s.settle(t)
			files, err := server.Files(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			s.check(t, files, states)
		})
	}
}

// settle runs the program over a good network. Files of unknown outcome wait for the
// user, who sends them again: with the same key, so that the server stores nothing twice.
func (s *siege) settle(t *testing.T) map[string]core.State {
	t.Helper()
	var stdout bytes.Buffer
	cmd := s.upload(t, append([]string{"--give-up-after", "15s", s.dir}, s.also...)...)
	cmd.Stdout = &stdout
	_ = cmd.Run() // its output says how it ended
	states := s.listen(t, &stdout)
	again := []string{"--again"}
	for name, state := range states {
		if state == core.StateUnknown {
			again = append(again, filepath.Join(s.dir, name))
		}
	}
	t.Logf("%d files waited for a word", len(again)-1)
	if len(again) > 1 {
		maps.Copy(states, s.finish(t, exitOK, again...))
	}
	return states
}

// spoil adds one fault after the other to a connection, until ctx ends.
func spoil(ctx context.Context, t *testing.T, line *toxiproxy.Proxy, random *rand.Rand) {
	for n := 0; ctx.Err() == nil; n++ {
		kinds := []string{
			`"type":"reset_peer","attributes":{"timeout":5}`,
			fmt.Sprintf(`"type":"limit_data","attributes":{"bytes":%d}`, random.IntN(1<<20)),
			`"type":"timeout","attributes":{"timeout":150}`,
			`"type":"latency","attributes":{"latency":30,"jitter":30}`,
			`"type":"slicer","attributes":{"average_size":100,"size_variation":50,"delay":10}`,
			`"type":"slow_close","attributes":{"delay":200}`,
		}
		stream := []string{"upstream", "downstream"}[random.IntN(2)]
		name := fmt.Sprint("toxic ", n)
		spec := fmt.Sprintf(`{"name":%q,"stream":%q,"toxicity":0.7,%s}`, name, stream, kinds[random.IntN(len(kinds))])
		if _, err := line.Toxics.AddToxicJson(strings.NewReader(spec)); err != nil {
			t.Error(err)
			return
		}
		wait(ctx, time.Duration(100+random.IntN(300))*time.Millisecond)
		if err := line.Toxics.RemoveToxic(context.WithoutCancel(ctx), name); err != nil {
			t.Error(err)
			return
		}
		wait(ctx, time.Duration(random.IntN(100))*time.Millisecond)
	}
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
