//go:build bench

package peers

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// conditions is what a network does to packets, in each direction.
type conditions struct {
	delay time.Duration // one way
	rate  float64       // bytes a second
	loss  float64       // share of packets
}

// network is a wide area network on one machine: two network namespaces, each with the kernel's own TCP, and
// between them a program that delays, limits and drops packets. Kernels without netem can't do that
// themselves.
type network struct {
	client, server netns
	conditions     conditions
}

const (
	clientAddress = "10.211.55.1"
	serverAddress = "10.211.55.2"
	packetSize    = 1500
	// backlog is how much a queue holds before it drops: a router's buffer.
	backlog = 100 * time.Millisecond
	nobody  = 65534
)

// netns is a network namespace by name.
type netns string

// newNetwork needs root.
func newNetwork(t *testing.T, c conditions) *network {
	t.Helper()
	allowCubic(t)
	l := &network{client: netns(fmt.Sprintf("peers-c-%d", os.Getpid())), server: netns(fmt.Sprintf("peers-s-%d", os.Getpid())), conditions: c}
	a := l.client.open(t, clientAddress, serverAddress)
	b := l.server.open(t, serverAddress, clientAddress)
	var running sync.WaitGroup
	running.Go(func() { c.carry(a, b) })
	running.Go(func() { c.carry(b, a) })
	t.Cleanup(func() {
		_, _ = a.Close(), b.Close()
		running.Wait()
		for _, ns := range []netns{l.client, l.server} {
			ns.command(t, "ip", "netns", "del", string(ns))
		}
	})
	return l
}

// allowed is the kernel's list of congestion controls that any process may choose. Namespaces can't have others
// as their default.
const allowed = "/proc/sys/net/ipv4/tcp_allowed_congestion_control"

// allowCubic allows CUBIC, the default of desktops, during a test.
func allowCubic(t *testing.T) {
	t.Helper()
	before, err := os.ReadFile(allowed)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(allowed, []byte("reno cubic"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.WriteFile(allowed, before, 0o644) })
}

// open makes the namespace with one TUN device in it.
func (ns netns) open(t *testing.T, own, peer string) *os.File {
	t.Helper()
	ns.command(t, "ip", "netns", "add", string(ns))
	ns.command(t, "ip", "-n", string(ns), "tuntap", "add", "dev", "line", "mode", "tun")
	var device *os.File
	err := ns.within(func() error {
		fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		request, err := unix.NewIfreq("line")
		if err != nil {
			return err
		}
		request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
			return err
		}
		device = os.NewFile(uintptr(fd), "line")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ns.command(t, "ip", "-n", string(ns), "addr", "add", own, "peer", peer, "dev", "line")
	ns.command(t, "ip", "-n", string(ns), "link", "set", "dev", "line", "mtu", fmt.Sprint(packetSize), "txqueuelen", "10000", "up")
	ns.command(t, "ip", "-n", string(ns), "link", "set", "dev", "lo", "up")
	// The default of desktops, for processes that can't choose another.
	ns.command(t, "ip", "netns", "exec", string(ns), "sysctl", "-q", "-w", "net.ipv4.tcp_congestion_control=cubic",
		"net.ipv4.tcp_rmem=4096 131072 16777216", "net.ipv4.tcp_wmem=4096 65536 16777216", "net.ipv4.tcp_no_metrics_save=1")
	return device
}

func (ns netns) command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, out)
	}
}

// within runs f on a thread that is in the namespace.
func (ns netns) within(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		handle, err := os.Open("/run/netns/" + string(ns))
		if err == nil {
			err = unix.Setns(int(handle.Fd()), unix.CLONE_NEWNET)
			_ = handle.Close()
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

// listen opens the server's end.
func (l *network) listen(t *testing.T) net.Listener {
	t.Helper()
	var listener net.Listener
	err := l.server.within(func() (err error) {
		listener, err = net.Listen("tcp", serverAddress+":0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// start starts a command at the client's end as the user nobody, who can't choose another congestion control than
// the system's.
func (l *network) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody, NoSetGroups: true}}
	return l.client.within(cmd.Start)
}

// privileged lets a contender choose BBR.
func (l *network) privileged(c contender) contender {
	c.start = func(cmd *exec.Cmd) error { return l.client.within(cmd.Start) }
	return c
}

// packet is a packet under way.
type packet struct {
	data []byte
	due  time.Time
}

// carry carries packets from one device to the other until either is closed.
func (c conditions) carry(from, to *os.File) {
	way := make(chan packet, 1<<15)
	free := sync.Pool{New: func() any { b := make([]byte, packetSize); return &b }}
	var running sync.WaitGroup
	running.Go(func() {
		timer := time.NewTimer(0)
		defer timer.Stop()
		for p := range way {
			if wait := time.Until(p.due); wait > 0 {
				timer.Reset(wait)
				<-timer.C
			}
			_, _ = to.Write(p.data)
			data := p.data[:packetSize]
			free.Put(&data)
		}
	})
	defer running.Wait()
	defer close(way)
	dice := rand.New(rand.NewPCG(1, 2))
	var leaves time.Time // when the last byte has been sent
	for {
		data := *free.Get().(*[]byte)
		n, err := from.Read(data)
		if errors.Is(err, os.ErrClosed) {
			return
		}
		now := time.Now()
		if leaves.Before(now) {
			leaves = now
		}
		if err != nil || leaves.Sub(now) > backlog || dice.Float64() < c.loss {
			free.Put(&data)
			continue
		}
		leaves = leaves.Add(time.Duration(float64(n) / c.rate * 1e9))
		select {
		case way <- packet{data[:n], leaves.Add(c.delay)}:
		default: // the queue is full
			free.Put(&data)
		}
	}
}
