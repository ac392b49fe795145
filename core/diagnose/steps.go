package diagnose

import (
	"context"
	"crypto/tls"
	"time"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/tlsconfig"
)

// test is one run.
type test struct {
	cfg   Config
	tell  func(core.Step)
	first *core.Error // the error of the first step that failed
	mine  credentials

	clocks clocks
	said   map[string]bool // advice that was given
}

// credentials is the content of the profile's certificate files.
type credentials struct {
	config   *tls.Config // nil if trust is set
	trust    *core.Error // why servers can't be verified
	identity *core.Error // why the client certificate can't be presented
	facts    core.CertificateFacts
	leftOut  []string // entries of the CA file that can't be used
}

// task is a step to be taken.
type task struct {
	name   string
	target core.Target
	run    func(context.Context) verdict
}

// verdict is the result of a step.
type verdict struct {
	found facts
	todo  facts       // advice; a warning if err is nil
	err   *core.Error // a failure

	unreached bool // it depends on a step that failed
}

func (t *test) run(ctx context.Context) {
	t.mine = t.readFiles()
	admin := t.newServer(core.TargetAdmin, "token_url", t.cfg.Profile.TokenURL())
	ingester := t.newServer(core.TargetIngester, "ingester_url", t.cfg.Profile.IngesterURL)
	if ingester.sameAddress(admin) {
		ingester.target = ""
		reached := t.reaches(ctx, ingester)
		t.uploads(ctx, reached, ingester, t.signIn(ctx, reached))
		return
	}
	token := t.signIn(ctx, t.reaches(ctx, admin))
	t.uploads(ctx, t.reaches(ctx, ingester), ingester, token)
}

// reaches tests the connection to a server and reports whether it answers.
func (t *test) reaches(ctx context.Context, s *server) bool {
	defer s.close()
	return t.chain(ctx, true, s.tasks()...)
}

// chain takes steps of which each depends on the one before. It reports whether none
// failed.
func (t *test) chain(ctx context.Context, reached bool, tasks ...task) bool {
	for _, task := range tasks {
		reached = t.take(ctx, reached, task)
	}
	return reached
}

func (t *test) take(ctx context.Context, reached bool, task task) bool {
	step := core.Step{Name: task.name, Target: task.target, Status: core.StepNotReached}
	if !reached || ctx.Err() != nil {
		t.tell(step)
		return false
	}
	start := time.Now()
	v := task.run(ctx)
	step.Took = time.Since(start)
	step.Status, step.Err = core.StepOK, v.err
	switch {
	case v.unreached:
		step.Status = core.StepNotReached
	case v.err != nil:
		step.Status = core.StepFailed
		if t.first == nil {
			t.first = v.err
		}
		v.todo = t.firstAdvice(v)
	case v.todo != nil:
		step.Status = core.StepWarning
	}
	step.Found, step.Detail = v.found, inEnglish(v.found...)
	step.Todo, step.Advice = v.todo, inEnglish(v.todo...)
	t.cfg.Log.DebugContext(ctx, "connection test", "step", step.Name, "target", step.Target, "status", step.Status,
		"code", core.CodeOf(errorOrNil(v.err)), "took", step.Took)
	t.tell(step)
	return v.err == nil && !v.unreached
}

// readFiles reads the profile's certificates. If only the client certificate can't be
// used, the server can still be verified.
func (t *test) readFiles() credentials {
	settings, passphrase := t.cfg.Profile.TLS, t.cfg.Passphrase
	var c credentials
	config, err := tlsconfig.Build(settings, passphrase, t.cfg.Log)
	if err != nil && (settings.HasClientCertificate() || settings.KeyFile != "") {
		c.identity = core.AsError(err)
		settings.CertFile, settings.KeyFile, settings.PKCS12File, settings.Identity = "", "", "", ""
		config, err = tlsconfig.Build(settings, core.Secret{}, t.cfg.Log)
	}
	switch {
	case err != nil:
		c.trust, c.identity = core.AsError(err), nil
	case config == nil: // TLS is not configured: use the defaults, as a browser does
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	c.config, c.leftOut = config, tlsconfig.LeftOut(settings)
	if t.cfg.Profile.TLS.Enabled {
		// Build has reported already what can't be read.
		c.facts, _ = tlsconfig.Inspect(t.cfg.Profile.TLS, passphrase)
	}
	return c
}

func errorOrNil(e *core.Error) error {
	if e == nil {
		return nil
	}
	return e
}

func failed(err *core.Error, found ...core.Fact) verdict { return verdict{found: found, err: err} }
