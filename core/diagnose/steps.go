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
	first *core.Error // of the first step that failed
	mine  credentials

	clocks clocks
	said   map[string]bool // pieces of advice
}

// credentials are what the profile's certificate files hold.
type credentials struct {
	config   *tls.Config // nil while trust is broken
	trust    *core.Error // why the server could not be verified
	identity *core.Error // why the client certificate can't be presented
	facts    core.CertificateFacts
	leftOut  []string // of the CA file
}

// task is a step to take.
type task struct {
	name   string
	target core.Target
	run    func(context.Context) verdict
}

// verdict is what a step found.
type verdict struct {
	found facts
	todo  facts       // with err nil: a warning
	err   *core.Error // a failure

	unreached bool // it needs what failed before
}

func (t *test) run(ctx context.Context) {
	t.mine = t.readFiles()
	admin := t.newServer(core.TargetAdmin, "token_url", t.cfg.Profile.TokenURL())
	ingester := t.newServer(core.TargetIngester, "ingester_url", t.cfg.Profile.IngesterURL)
	if ingester.sameAddress(admin) {
		ingester.target = ""
		reached := t.line(ctx, ingester)
		t.uploads(ctx, reached, ingester, t.signIn(ctx, reached))
		return
	}
	token := t.signIn(ctx, t.line(ctx, admin))
	t.uploads(ctx, t.line(ctx, ingester), ingester, token)
}

// line tests the way to a server and reports whether it answers.
func (t *test) line(ctx context.Context, s *server) bool {
	defer s.close()
	return t.chain(ctx, true, s.tasks()...)
}

// chain takes steps each of which needs the one before. It reports whether
// none failed.
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

// readFiles reads the profile's certificates. Where only the client's can't
// be used, the server can still be verified.
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
	case config == nil: // TLS is not configured: as a browser would
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	c.config, c.leftOut = config, tlsconfig.LeftOut(settings)
	if t.cfg.Profile.TLS.Enabled {
		// What can't be read has been told by Build.
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
