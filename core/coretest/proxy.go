package coretest

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// The user and the password of a Proxy that demands them.
const (
	ProxyUser     = "proxy-user"
	ProxyPassword = "s3same-0pen" //nolint:gosec // nobody's password
)

// Proxy is a proxy on a real socket: HTTP CONNECT (RFC 9110 §9.3.6) and SOCKS5
// (RFC 1928, RFC 1929) on one port.
type Proxy struct {
	listener net.Listener
	// Login makes the proxy demand ProxyUser and ProxyPassword; Refuse makes it
	// answer every CONNECT with a status. Both are set before the first connection.
	Login   bool
	Refuse  int
	tunnels atomic.Int64
}

// NewProxy starts a proxy, which ends with the test.
func NewProxy(t testing.TB) *Proxy {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("starting a proxy: %v", err)
	}
	p := &Proxy{listener: listener}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); serving.Wait() })
	return p
}

// URL returns the proxy's address as a user would write it, with a password unless that is "".
func (p *Proxy) URL(scheme, password string) string {
	u := &url.URL{Scheme: scheme, Host: p.listener.Addr().String()}
	if password != "" {
		u.User = url.UserPassword(ProxyUser, password)
	}
	return u.String()
}

// Tunnels returns how many connections it has made.
func (p *Proxy) Tunnels() int { return int(p.tunnels.Load()) }

func (p *Proxy) serve(client net.Conn) {
	defer func() { _ = client.Close() }()
	in := bufio.NewReader(client)
	first, err := in.Peek(1)
	if err != nil {
		return
	}
	open := p.connect
	if first[0] == 5 {
		open = p.socks
	}
	server, err := open(in, client)
	if err != nil {
		return
	}
	p.tunnels.Add(1)
	defer func() { _ = server.Close() }()
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(server, in); _ = server.Close() })
	both.Go(func() { _, _ = io.Copy(client, server); _ = client.Close() })
	both.Wait()
}

func (p *Proxy) connect(in *bufio.Reader, client net.Conn) (net.Conn, error) {
	req, err := http.ReadRequest(in)
	if err != nil {
		return nil, err
	}
	answer := func(status int, header string) error {
		text := strconv.Itoa(status) + " " + http.StatusText(status)
		_, _ = io.WriteString(client, "HTTP/1.1 "+text+"\r\n"+header+"\r\n")
		return errors.New(text)
	}
	want := &http.Request{Header: http.Header{}}
	want.SetBasicAuth(ProxyUser, ProxyPassword)
	switch {
	case p.Login && req.Header.Get("Proxy-Authorization") != want.Header.Get("Authorization"):
		return nil, answer(http.StatusProxyAuthRequired, "Proxy-Authenticate: Basic realm=test\r\nContent-Length: 0\r\n")
	case p.Refuse != 0:
		return nil, answer(p.Refuse, "Content-Length: 0\r\n")
	}
	server, err := new(net.Dialer).DialContext(req.Context(), "tcp", req.Host)
	if err != nil {
		return nil, answer(http.StatusBadGateway, "Content-Length: 0\r\n")
	}
	_ = answer(http.StatusOK, "")
	return server, nil
}

func (p *Proxy) socks(in *bufio.Reader, client net.Conn) (net.Conn, error) {
	offered, err := chunk(in, 1) // version; the methods
	if err != nil {
		return nil, err
	}
	method := byte(0)
	if p.Login {
		method = 2
	}
	if !bytes.Contains(offered, []byte{method}) {
		_, _ = client.Write([]byte{5, 0xff})
		return nil, errors.New("no acceptable method")
	}
	if _, err := client.Write([]byte{5, method}); err != nil {
		return nil, err
	}
	if p.Login {
		user, err := chunk(in, 1) // version; a name after its length
		if err != nil {
			return nil, err
		}
		password, err := chunk(in, 0)
		if err != nil {
			return nil, err
		}
		if string(user) != ProxyUser || string(password) != ProxyPassword {
			_, _ = client.Write([]byte{1, 1})
			return nil, errors.New("another password")
		}
		if _, err := client.Write([]byte{1, 0}); err != nil {
			return nil, err
		}
	}
	address, err := socksAddress(in)
	if err != nil {
		return nil, err
	}
	server, err := new(net.Dialer).Dial("tcp", address)
	reply := []byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	if err != nil {
		reply[1] = 5 // connection refused
	}
	_, _ = client.Write(reply)
	return server, err
}

// chunk skips bytes and reads a value after a byte with its length.
func chunk(in io.Reader, skip int) ([]byte, error) {
	head := make([]byte, skip+1)
	if _, err := io.ReadFull(in, head); err != nil {
		return nil, err
	}
	body := make([]byte, head[skip])
	_, err := io.ReadFull(in, body)
	return body, err
}

// socksAddress reads a CONNECT request to a name or an IPv4 address.
func socksAddress(in io.Reader) (string, error) {
	head := make([]byte, 4) // version, command, reserved, kind of address
	if _, err := io.ReadFull(in, head); err != nil {
		return "", err
	}
	host := ""
	switch head[3] {
	case 1:
		ip := make(net.IP, net.IPv4len)
		if _, err := io.ReadFull(in, ip); err != nil {
			return "", err
		}
		host = ip.String()
	case 3:
		name, err := chunk(in, 0)
		if err != nil {
			return "", err
		}
		host = string(name)
	default:
		return "", errors.New("another kind of address")
	}
	port := make([]byte, 2)
	_, err := io.ReadFull(in, port)
	return net.JoinHostPort(host, strconv.Itoa(int(binary.BigEndian.Uint16(port)))), err
}
