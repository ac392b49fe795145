package watch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// nothingSent is an engine that has nothing to send.
type nothingSent struct{}

func (nothingSent) Subscribe() (core.Snapshot, core.Feed)     { return core.Snapshot{}, nothingSent{} }
func (nothingSent) Next(context.Context) (core.Update, error) { return core.Update{}, io.EOF }
func (nothingSent) Left(context.Context, string) (here, elsewhere int, err error) {
	return 0, 0, nil
}
func (nothingSent) Close() {}

// flags are what the command line says about the report.
type flags struct{ json, quiet, skipOK bool }

// leftOut is what a command says and how it ends when a scan left out so much.
func leftOut(t *testing.T, f flags, left []core.Skipped, s core.Submission) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	w := New(Config{Out: report.New(report.Config{JSON: f.json, Quiet: f.quiet, Out: report.NewOutput(&out), Err: report.NewOutput(&errs), Show: report.NewPaths([]string{"."})}),
		Profile: "Prod", Scan: core.Scan{Skipped: left}, SkipOK: f.skipOK, Submission: s})
	err = w.Follow(t.Context(), nothingSent{})
	seconds := regexp.MustCompile(`("bytes":0,)"seconds":[0-9.e-]+|in [0-9.]+\w+`)
	return seconds.ReplaceAllString(out.String(), "$1…"), errs.String(), err
}

// What was left out is reported in text and JSON, counted, and makes the command fail.
// Exceptions are the same file again, files that are stored already, and what --skip-ok
// allows.
func TestLeftOut(t *testing.T) {
	root := t.TempDir()
	in := func(name string) string { return filepath.Join(root, name) }
	t.Chdir(root)
	link := core.Skipped{Path: in("link"), Reason: core.SkipSymlink}
	pipe := core.Skipped{Path: in("pipe\xe9"), Reason: core.SkipSpecial}
	locked := core.Skipped{Path: in("locked"), Reason: core.SkipUnreadable, Err: fs.ErrPermission}
	broken := core.Skipped{Path: in("broken"), Reason: core.SkipUnreadable, Err: errors.New("input/output error")}
	gone := core.Skipped{Path: in("gone"), Reason: core.SkipMissing, Err: fs.ErrNotExist}
	again := core.Skipped{Path: in("again"), Reason: core.SkipDuplicate}
	known := core.Submission{Stored: []core.Transfer{{Source: core.Source{Path: in("known"), Name: "known", Size: 3}, State: core.StateStored, Receipt: &core.Receipt{FileID: "7"}}}}
	for _, tt := range []struct {
		name           string
		u              flags
		left           []core.Skipped
		stored         core.Submission
		stdout, stderr string
		ends           end
	}{
		{
			name: "JSON", u: flags{json: true}, left: []core.Skipped{link, pipe, locked, again, link}, stored: known,
			stdout: `{"event":"transfer","path":"known","name":"known","size":3,"state":"stored","file_id":"7","verified":true,"skipped":true,"attempts":0,"seconds":0}
{"event":"skipped","path":"link","reason":"link"}
{"event":"skipped","path":"pipe\ufffd","path_bytes":"cGlwZek=","reason":"special"}
{"event":"transfer","path":"locked","name":"locked","size":0,"state":"failed","attempts":0,"seconds":0,"error":{"kind":"file","status":0,"code":"","message":"can't be read: permission denied"}}
{"event":"skipped","path":"locked","reason":"unreadable"}
{"event":"skipped","path":"again","reason":"same file"}
{"event":"skipped","path":"link","reason":"link"}
{"event":"summary","files":2,"stored":0,"failed":1,"skipped":1,"bytes":0,…,"skipped_by_reason":{"known":1,"link":2,"same file":1,"special":1,"unreadable":1}}
`, ends: incomplete,
		},
		{
			name: "JSON, allowed", u: flags{json: true, skipOK: true}, left: []core.Skipped{link, locked},
			stdout: `{"event":"skipped","path":"link","reason":"link"}
{"event":"skipped","path":"locked","reason":"unreadable"}
{"event":"summary","files":0,"stored":0,"failed":0,"skipped":0,"bytes":0,…,"skipped_by_reason":{"link":1,"unreadable":1}}
`, ends: allStored,
		},
		{
			name: "text", left: []core.Skipped{link, pipe, locked, again}, stored: known,
			stdout: "skipped    known  stored before as 7\n0 stored, 1 skipped, 1 not stored, 3 left out, 0 B …\n",
			stderr: "left out   link: a link, not followed\nleft out   pipe\\xe9: not a regular file\n" +
				"left out   locked: can't be read: permission denied\nleft out   again: the same file again\n",
			ends: incomplete,
		},
		{
			name: "text, allowed", u: flags{skipOK: true}, left: []core.Skipped{link, locked},
			stdout: "0 stored, 2 left out, 0 B …\n", stderr: "left out   link: a link, not followed\nleft out   locked: can't be read: permission denied\n", ends: allStored,
		},
		{
			name: "quiet", u: flags{quiet: true}, left: []core.Skipped{link, pipe, locked, again},
			stderr: "left out   link: a link, not followed\nleft out   pipe\\xe9: not a regular file\nleft out   locked: can't be read: permission denied\n",
			ends:   incomplete,
		},
		{name: "quiet, allowed", u: flags{quiet: true, skipOK: true}, left: []core.Skipped{link, pipe, locked, again}, ends: allStored},
		{
			name: "a disk's error is never allowed", u: flags{quiet: true, skipOK: true}, left: []core.Skipped{link, broken},
			stderr: "left out   broken: can't be read: input/output error\n", ends: incomplete,
		},
		{
			name: "what was named and is not there is never allowed", u: flags{json: true, skipOK: true}, left: []core.Skipped{gone},
			stdout: `{"event":"transfer","path":"gone","name":"gone","size":0,"state":"failed","attempts":0,"seconds":0,"error":{"kind":"file","status":0,"code":"","message":"there is no such file or folder"}}
{"event":"skipped","path":"gone","reason":"missing"}
{"event":"summary","files":1,"stored":0,"failed":1,"skipped":0,"bytes":0,…,"skipped_by_reason":{"missing":1}}
`, ends: incomplete,
		},
		{
			name: "text, not there", u: flags{quiet: true}, left: []core.Skipped{gone, again},
			stderr: "left out   gone: there is no such file or folder\n", ends: incomplete,
		},
		{name: "a link", u: flags{quiet: true}, left: []core.Skipped{link}, stderr: "left out   link: a link, not followed\n", ends: incomplete},
		{name: "a special file", u: flags{quiet: true}, left: []core.Skipped{pipe}, stderr: "left out   pipe\\xe9: not a regular file\n", ends: incomplete},
		{name: "the same file", u: flags{quiet: true}, left: []core.Skipped{again}, stored: known, ends: allStored},
	} {
		t.Run(tt.name, func(t *testing.T) {
			stdout, stderr, err := leftOut(t, tt.u, tt.left, tt.stored)
			if stdout != tt.stdout || stderr != tt.stderr || endOf(err) != tt.ends {
				t.Errorf("%s, want %s; output\n%s\nwant\n%s\nerrors\n%s\nwant\n%s", endOf(err), tt.ends, stdout, tt.stdout, stderr, tt.stderr)
			}
		})
	}
}
