package diagnose

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/artstore/ingester/core"
)

const tusVersion = "1.0.0"

// offer is a server's answer about resumable uploads (tus 1.0).
type offer struct {
	offered    bool // in our version, with creation
	reply      *reply
	err        *core.Error // no answer
	versions   []string
	extensions []string
	max        int64 // bytes, 0 if the server names no limit
}

// offer asks the server, once.
func (u *uploads) offer(ctx context.Context) *offer {
	if u.tus != nil {
		return u.tus
	}
	o := &offer{}
	u.tus = o
	if o.reply, o.err = u.ask(ctx, question{method: http.MethodOptions, url: u.test.cfg.Profile.TusURL(), header: map[string]string{"Tus-Resumable": tusVersion}}); o.err != nil {
		return o
	}
	if s := o.reply.status; s == http.StatusRequestTimeout || s == http.StatusTooManyRequests || s >= 500 && s != http.StatusNotImplemented {
		o.err = u.refusal(core.KindServer, core.CodeServerBusy, fact("tus.busy", with{"Answer": u.said(o.reply)}), o.reply)
		return o
	}
	o.versions = items(o.reply.header, "Tus-Version")
	if one := o.reply.header.Get("Tus-Resumable"); one != "" && len(o.versions) == 0 {
		o.versions = []string{one}
	}
	o.extensions = items(o.reply.header, "Tus-Extension")
	o.max, _ = strconv.ParseInt(o.reply.header.Get("Tus-Max-Size"), 10, 64) // 0 if it is not a number
	o.offered = o.reply.status < 300 && slices.Contains(o.versions, tusVersion) && slices.Contains(o.extensions, "creation")
	return o
}

// items returns the elements of a header's list.
func items(h http.Header, name string) []string {
	return strings.FieldsFunc(strings.ToLower(strings.Join(h.Values(name), ",")), func(r rune) bool { return r == ',' || r == ' ' })
}

// absent tells why nothing is offered.
func (u *uploads) absent(o *offer) core.Fact {
	switch {
	case o.reply.status < 300 && len(o.versions) > 0 && !slices.Contains(o.versions, tusVersion):
		return fact("tus.version", with{"Versions": list(o.versions)})
	case o.reply.status < 300 && slices.Contains(o.versions, tusVersion):
		return fact("tus.no_creation", nil)
	}
	return fact("tus.none", with{"Answer": u.said(o.reply)})
}

// checkResumable finds out whether large files can be resumed. If the profile leaves the
// choice to the program, it is no failure if they can't.
func (u *uploads) checkResumable(ctx context.Context) verdict {
	o := u.offer(ctx)
	must := u.test.cfg.Profile.Upload.Protocol == core.ProtocolTus
	switch {
	case o.err != nil && must:
		return failed(o.err)
	case o.err != nil:
		return verdict{found: facts{plain(strings.TrimSuffix(o.err.Message, "."))}, todo: say("tus.unreached", nil)}
	case o.reply.status == http.StatusUnauthorized && u.token.Value.IsZero():
		return verdict{unreached: true} // the server answers only with a token
	case o.reply.status == http.StatusUnauthorized:
		return u.tokenRefused(o.reply)
	case !o.offered && must:
		v := failed(u.refusal(core.KindServer, core.CodeRejected, u.absent(o), o.reply))
		v.todo = say("tus.needed", nil)
		return v
	case !o.offered:
		return verdict{found: facts{u.absent(o), fact("tus.without", nil)}}
	}
	told := u.offered(o)
	if u.token.Value.IsZero() || !slices.Contains(o.extensions, "termination") {
		return verdict{found: append(told, fact("tus.untried", nil))}
	}
	return u.begun(u.try(ctx), told)
}

// offered tells what the server can do.
func (u *uploads) offered(o *offer) facts {
	told := say("tus.offered", with{"Extensions": list(o.extensions)})
	var lacks []string
	for _, name := range []string{"checksum", "concatenation", "termination"} {
		if !slices.Contains(o.extensions, name) {
			lacks = append(lacks, name)
		}
	}
	if len(lacks) > 0 {
		told = append(told, fact("tus.lacks", with{"Extensions": list(lacks)}))
	}
	if o.max > 0 {
		told = append(told, fact("ready.size", with{"Size": o.max}))
	}
	return told
}

// trial is an upload that was begun and deleted while it was empty.
type trial struct {
	begun    bool
	deleted  bool
	refused  *reply // the answer if it was not 201
	astray   bool   // the token may not be sent to its address
	location string // that address
	err      *core.Error
}

// try begins an upload of one byte, sends nothing, and deletes it. It does so only if
// the server offers to delete uploads.
func (u *uploads) try(ctx context.Context) *trial {
	if u.tried != nil {
		return u.tried
	}
	t := &trial{}
	u.tried = t
	if !slices.Contains(u.offer(ctx).extensions, "termination") {
		return t
	}
	base := u.test.cfg.Profile.TusURL()
	encode := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	r, err := u.ask(ctx, question{method: http.MethodPost, url: base, header: map[string]string{
		"Tus-Resumable": tusVersion, "Upload-Length": "1",
		"Upload-Metadata": "filename " + encode("connection-test.bin") + ",filetype " + encode("application/octet-stream"),
	}})
	switch {
	case err != nil:
		t.err = err
		return t
	case r.status != http.StatusCreated:
		t.refused = r
		return t
	}
	t.begun = true
	to, from := address(base, r.header.Get("Location"))
	if to == nil || origin(to) != origin(from) {
		t.astray, t.location = true, clean(r.header.Get("Location"))
		return t
	}
	r, err = u.ask(ctx, question{method: http.MethodDelete, url: to.String(), header: map[string]string{"Tus-Resumable": tusVersion}})
	t.deleted = err == nil && (r.status < 300 || missing(r.status))
	return t
}

// address returns an upload's address, nil if it can't be used.
func address(base, location string) (to, from *url.URL) {
	from, err := url.Parse(base)
	if err != nil || location == "" {
		return nil, from
	}
	to, err = from.Parse(location)
	if err != nil || to.Hostname() == "" || to.User != nil {
		return nil, from
	}
	return to, from
}

// begun is the verdict on an upload that was begun.
func (u *uploads) begun(t *trial, told facts) verdict {
	switch {
	case t.err != nil:
		return failed(t.err, told...)
	case t.refused != nil && t.refused.status == http.StatusUnauthorized:
		return u.tokenRefused(t.refused)
	case t.refused != nil:
		return verdict{found: append(told, fact("tus.refused", with{"Answer": u.said(t.refused)})), todo: say("tus.maybe", nil)}
	case t.astray:
		v := failed(problem(core.KindServer, core.CodeAnswerInvalid, fact("tus.elsewhere", with{"To": t.location})), told...)
		v.todo = say("tus.proxy", nil)
		return v
	case !t.deleted:
		return verdict{found: append(told, fact("tus.begun", nil)), todo: say("tus.left", nil)}
	}
	return verdict{found: append(told, fact("tus.tried", nil))}
}
