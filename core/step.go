package core

import "time"

// StepStatus is the verdict on one step of the connection test.
type StepStatus string

// The verdicts.
const (
	StepOK         StepStatus = "ok"
	StepWarning    StepStatus = "warning"
	StepFailed     StepStatus = "failed"
	StepNotReached StepStatus = "not_reached" // an earlier step failed
)

// Target is the server that a step of the connection test is about.
type Target string

// The targets. A step without a target is about both, which have one address.
const (
	TargetAdmin    Target = "admin"    // the token server
	TargetIngester Target = "ingester" // where files go
)

// Step is one step of the connection test and its result.
type Step struct {
	// Name is stable: "address", "proxy", "dns", "tcp", "tls",
	// "client_certificate", "http", "clock", "token", "signature",
	// "permission", "ready", "storage", "authorization", "tus".
	Name   string        `json:"step"`
	Target Target        `json:"target,omitempty"`
	Status StepStatus    `json:"status"`
	Detail string        `json:"detail,omitempty"` // what was found, in English
	Advice string        `json:"advice,omitempty"` // what to do, for warnings and failures
	Took   time.Duration `json:"-"`
	Err    *Error        `json:"-"`
	// Found and Todo are Detail and Advice for translation. The keys are those
	// of package diagnose.
	Found []Fact `json:"-"`
	Todo  []Fact `json:"-"`
}
