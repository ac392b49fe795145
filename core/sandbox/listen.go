package sandbox

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/artstore/ingester/core/smallfile"
)

// splitAddr reads a Config.Addr.
func splitAddr(addr string) (host, port string, err error) {
	if addr == "" {
		addr = DefaultAddr
	}
	if host, port, err = net.SplitHostPort(addr); err != nil {
		return "", "", usage(fmt.Sprintf("%q is not an address such as %q", addr, DefaultAddr), err)
	}
	if host == "" {
		host = "127.0.0.1" // for the network it has to be 0.0.0.0
	}
	return host, port, nil
}

// module is one address of a server.
type module struct {
	portFile string // in the server's folder: the port of the last run
	addr     string // "" is another port of the first one's host
	routes   http.Handler
	listener net.Listener
	url      string
}

// listen opens the addresses.
func (s *Server) listen(host, port string) error {
	for i, m := range s.modulesOf() {
		at, on := host, port
		if m.addr != "" {
			var err error
			if at, on, err = splitAddr(m.addr); err != nil {
				return err
			}
		} else if i > 0 {
			on = "0"
		}
		s.modules = append(s.modules, m)
		if err := m.listen(s.cfg.Dir, at, on); err != nil {
			return err
		}
	}
	return nil
}

// listen opens the address. Port 0 is the port of the last run, so that profiles
// made then still work, or any free port if another program uses that one.
func (m *module) listen(dir, host, port string) error {
	portFile := filepath.Join(dir, m.portFile)
	var l net.Listener
	var err error
	if port == "0" {
		if last, readErr := os.ReadFile(portFile); readErr == nil {
			// No error: the port is in use, or the file is damaged.
			l, _ = net.Listen("tcp", net.JoinHostPort(host, strings.TrimSpace(string(last)))) //nolint:noctx // returns at once
		}
	}
	if l == nil {
		if l, err = net.Listen("tcp", net.JoinHostPort(host, port)); err != nil { //nolint:noctx // returns at once
			return usage("cannot listen on "+net.JoinHostPort(host, port), err)
		}
	}
	m.listener = l
	_, port, err = net.SplitHostPort(l.Addr().String())
	if err != nil {
		return usage("cannot read the own address", err)
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	m.url = "https://" + net.JoinHostPort(host, port)
	if err := smallfile.Write(portFile, []byte(port+"\n"), privateFile); err != nil {
		return unusable("remember the port", err)
	}
	return nil
}
