package transport

import (
	"testing"

	"github.com/artstore/ingester/core"
)

func TestCutShort(t *testing.T) {
	const timeout, rejected = core.CodeTimeout, core.CodeRejected
	for _, tt := range []struct {
		name    string
		e       core.Error
		partly  bool
		code    core.Code
		outcome core.Outcome
	}{
		{"Go's time-out", core.Error{ServerText: "read tcp 10.0.0.1:8010->10.0.0.2:5000: i/o timeout"}, true, timeout, core.OutcomeCutOff},
		{"the same, and the network had the rest", core.Error{ServerText: "multipart: NextPart: read tcp: i/o timeout"}, false, timeout, core.OutcomeAnswered},
		{"an end that did not come", core.Error{ServerText: "unexpected EOF"}, false, timeout, core.OutcomeAnswered},
		{"in other words", core.Error{ServerText: "There was an error parsing the body"}, true, timeout, core.OutcomeCutOff},
		{"no words at all", core.Error{}, true, timeout, core.OutcomeCutOff},
		{"in a code", core.Error{ServerCode: "REQUEST_TIMEOUT"}, false, timeout, core.OutcomeAnswered},
		{"a no to the whole", core.Error{ServerText: "ttl_days: at most 365"}, false, rejected, core.OutcomeAnswered},
	} {
		tt.e.Kind, tt.e.Code, tt.e.Status, tt.e.Outcome = core.KindServer, rejected, 400, core.OutcomeAnswered
		CutShort(&tt.e, tt.partly)
		if tt.e.Code != tt.code || tt.e.Outcome != tt.outcome {
			t.Errorf("%s: %+v", tt.name, tt.e)
		}
	}
	for code, e := range map[core.Code]core.Error{
		core.CodeTooLarge:         {Kind: core.KindServer, Status: 413},
		core.CodeForbidden:        {Kind: core.KindServer, Status: 403},
		core.CodeTokenRejected:    {Kind: core.KindAuth, Status: 401},
		core.CodeTLSClientRefused: {Kind: core.KindTLS, Status: 400},
	} {
		e.Code = code
		if CutShort(&e, true); e.Code != code {
			t.Errorf("%s has become %s", code, e.Code)
		}
	}
}
