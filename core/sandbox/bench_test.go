package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
)

// BenchmarkSmallUploads sends files of 4 KiB, several at a time.
func BenchmarkSmallUploads(b *testing.B) {
	for _, flight := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("in flight %d", flight), func(b *testing.B) {
			r := start(b, folder(b), nil)
			token, content := r.signIn(b), randomBytes(4<<10)
			r.send(b, form{name: "first", content: content, token: token})
			inFlight(b, flight, func() error {
				resp, err := r.client.Do(r.request(b, form{name: "a", content: content, token: token}))
				if err != nil {
					return err
				}
				if resp.StatusCode != http.StatusCreated {
					err = fmt.Errorf("answered %d", resp.StatusCode)
				}
				return errors.Join(err, resp.Body.Close())
			})
		})
	}
}

// BenchmarkKeep is the same without a network: it measures the disk.
func BenchmarkKeep(b *testing.B) {
	for _, flight := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("in flight %d", flight), func(b *testing.B) {
			v, _ := openTestVault(b, b.TempDir())
			content := randomBytes(4 << 10)
			inFlight(b, flight, func() error {
				_, err := v.put("", content)
				return err
			})
		})
	}
}

// inFlight calls one b.N times, from flight goroutines.
func inFlight(b *testing.B, flight int, one func() error) {
	b.Helper()
	var next atomic.Int64
	done := make(chan error, flight)
	b.ResetTimer()
	for range flight {
		go func() {
			var err error
			for err == nil && next.Add(1) <= int64(b.N) {
				err = one()
			}
			done <- err
		}()
	}
	for range flight {
		if err := <-done; err != nil {
			b.Error(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "files/s")
}

// BenchmarkLargeUpload sends one file of 256 MiB at a time.
func BenchmarkLargeUpload(b *testing.B) {
	const size = 256 << 20
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		b.Run(proto, func(b *testing.B) {
			r := start(b, folder(b), nil)
			if proto == "HTTP/1.1" {
				r.http1(b)
			}
			token := r.signIn(b)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if got := r.sendLarge(b, token, &pattern{left: size}); got.status != http.StatusCreated {
					b.Fatalf("answered %d %s", got.status, got.body)
				}
				b.StopTimer()
				for _, f := range r.list(b) {
					if err := os.Remove(f.Path); err != nil {
						b.Fatal(err)
					}
				}
				b.StartTimer()
			}
		})
	}
}

// BenchmarkOpen is a start with 10,000 stored files.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	v, _ := openTestVault(b, dir)
	fillQuickly(b, v, 10_000)
	if err := v.close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		v, _ := openTestVault(b, dir)
		if err := v.close(); err != nil {
			b.Fatal(err)
		}
	}
}

// fillQuickly stores n files, many at a time.
func fillQuickly(b *testing.B, v *vault, n int) {
	b.Helper()
	var next atomic.Int64
	done := make(chan error)
	const flight = 64
	for range flight {
		go func() {
			var err error
			for k := next.Add(1); err == nil && k <= int64(n); k = next.Add(1) {
				_, err = v.put(fmt.Sprint(k), []byte("x"))
			}
			done <- err
		}()
	}
	for range flight {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
}
