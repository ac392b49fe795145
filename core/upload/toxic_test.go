package upload

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"golang.org/x/time/rate"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/coretest"
)

// newToxic starts a proxy before the server of g. It ends with the test.
func newToxic(t *testing.T, g *ingester) (proxy *toxiproxy.Proxy, address string) {
	t.Helper()
	upstream, err := url.Parse(g.URL)
	if err != nil {
		t.Fatal(err)
	}
	api := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	proxy = toxiproxy.NewProxy(api, "link", "127.0.0.1:0", upstream.Host)
	if err := proxy.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(proxy.Stop)
	return proxy, "https://" + proxy.Listen
}

// poison adds a toxic in the form of toxiproxy's API.
func poison(t *testing.T, proxy *toxiproxy.Proxy, kind, stream, attributes string) {
	t.Helper()
	spec := fmt.Sprintf(`{"name":%q,"type":%q,"stream":%q,"attributes":%s}`, kind+" "+stream, kind, stream, attributes)
	if _, err := proxy.Toxics.AddToxicJson(strings.NewReader(spec)); err != nil {
		t.Fatal(err)
	}
}

// toxic is one kind of bad network.
type toxic struct {
	name, kind, stream, attributes string
	size                           int
}

// network returns a server, the bad network before it, and a client.
func (bad toxic) network(t *testing.T, version string) (*ingester, *toxiproxy.Proxy, *Client) {
	t.Helper()
	g := newIngester(t, 2)
	proxy, address := newToxic(t, g)
	poison(t, proxy, bad.kind, bad.stream, bad.attributes)
	return g, proxy, newTestClient(t, address, g.ca, func(cfg *Config) { cfg.HTTPVersion = version })
}

// Fault 25: networks with delays, little bandwidth, small packets or slow closing carry every
// file in one attempt, as no time limit of ours is in the way.
func TestSlowNetworksCarryEverything(t *testing.T) {
	for _, bad := range []toxic{
		{"latency", "latency", "upstream", `{"latency":120,"jitter":60}`, 300 << 10},
		{"latency of answers", "latency", "downstream", `{"latency":120,"jitter":60}`, 300 << 10},
		{"pieces of one byte", "slicer", "upstream", `{"average_size":1,"size_variation":0,"delay":0}`, 30 << 10},
		{"answers in pieces of one byte", "slicer", "downstream", `{"average_size":1,"size_variation":0,"delay":0}`, 300 << 10},
		{"64 KB/s", "bandwidth", "upstream", `{"rate":64}`, 40 << 10},
		{"slow to close", "slow_close", "upstream", `{"delay":300}`, 2 << 20},
	} {
		for _, version := range []string{core.HTTP11, core.HTTP2} {
			t.Run(bad.name+", HTTP "+version, func(t *testing.T) {
				t.Parallel()
				g, _, c := bad.network(t, version)
				transfer, sum := newTransfer(t, "a", bad.size)
				receipt, err := c.Upload(coretest.Limited(t), transfer, &progress{})
				if err != nil || string(receipt.SHA256) != sum || g.only(t).sum != sum {
					t.Errorf("got %+v, %v", receipt, err)
				}
				_ = c.Close()
			})
		}
	}
}

// Fault 23, over real sockets: connections break. The attempt's result is true, and once the
// network works the next attempt stores the file.
func TestBrokenConnections(t *testing.T) {
	for _, bad := range []toxic{
		{"reset at once", "reset_peer", "upstream", `{"timeout":0}`, 2 << 20},
		{"reset after a while", "reset_peer", "downstream", `{"timeout":50}`, 2 << 20},
		{"closed in the handshake", "limit_data", "upstream", `{"bytes":300}`, 2 << 20},
		{"closed in the headers", "limit_data", "upstream", `{"bytes":2500}`, 2 << 20},
		{"closed in the middle", "limit_data", "upstream", `{"bytes":1000000}`, 2 << 20},
		{"closed before the end", "limit_data", "upstream", `{"bytes":2097200}`, 2 << 20},
		{"closed in the answer", "limit_data", "downstream", `{"bytes":3000}`, 2 << 20},
		{"everything lost, then closed", "timeout", "upstream", `{"timeout":100}`, 2 << 20},
		{"every answer lost, then closed", "timeout", "downstream", `{"timeout":100}`, 20 << 10},
	} {
		for _, version := range []string{core.HTTP11, core.HTTP2} {
			t.Run(bad.name+", HTTP "+version, func(t *testing.T) {
				t.Parallel()
				g, proxy, c := bad.network(t, version)
				transfer, _ := newTransfer(t, "a", bad.size)
				p := &progress{}
				_, err := c.Upload(coretest.Limited(t), transfer, p)
				before := g.stored()
				e := core.AsError(err)
				switch {
				case e == nil && before != 1:
					t.Errorf("reported as stored with %d files", before)
				case e != nil && e.Kind != core.KindNetwork && e.Kind != core.KindTLS:
					t.Errorf("got %+v", e)
				case e != nil && before > 0 && e.Outcome != core.OutcomeUnknown, before > 1:
					t.Errorf("outcome %d with %d files on the server: %v", e.Outcome, before, e)
				case before > 0 && p.finished != 1 && bad.size > core.FinishThreshold:
					t.Error("stored before Finishing")
				}
				if err := proxy.Toxics.RemoveToxic(t.Context(), bad.kind+" "+bad.stream); err != nil {
					t.Fatal(err)
				}
				if _, err := c.Upload(coretest.Limited(t), transfer, &progress{}); err != nil {
					t.Errorf("once the network works: %v", err)
				}
				_ = c.Close()
			})
		}
	}
}

// stored returns how many files the server has.
func (g *ingester) stored() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.files)
}

// Fault 26: the server moves to another address while files are under way, and again between
// files. No pool keeps using the old address.
func TestServerMoves(t *testing.T) {
	for _, version := range []string{core.HTTP11, core.HTTP2} {
		t.Run("HTTP "+version, func(t *testing.T) {
			t.Parallel()
			g := newIngester(t, 2)
			proxy, address := newToxic(t, g)
			c := newTestClient(t, address, g.ca, func(cfg *Config) { cfg.HTTPVersion, cfg.Limiter = version, rate.NewLimiter(8<<20, 64<<10) })
			transfer, _ := newTransfer(t, "a", 3<<20)
			var once sync.Once
			p := &progress{onSent: func(n int64) {
				if n > 1<<20 {
					once.Do(func() { proxy.Stop() })
				}
			}}
			_, err := c.Upload(coretest.Limited(t), transfer, p)
			coretest.Want(t, err, core.KindNetwork, core.CodeConnectionLost, core.OutcomeCutOff)
			_, err = c.Upload(coretest.Limited(t), transfer, &progress{})
			coretest.Want(t, err, core.KindNetwork, core.CodeConnectionRefused, core.OutcomeNotProcessed)
			if err := proxy.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := c.Upload(coretest.Limited(t), transfer, &progress{}); err != nil || g.stored() != 1 {
				t.Errorf("after the move: %v, %d files", err, g.stored())
			}
			_ = c.Close()
		})
	}
}
