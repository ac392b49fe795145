package main

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/profiles"
)

// target says which server a command is for, and by which secret.
type target struct {
	profile     string
	profileFile string
	sandbox     bool
	secretFile  string
	identity    string
}

func (t *target) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&t.profile, "profile", "", "a saved profile (default: the one the window uses, or the only one)")
	f.StringVar(&t.profileFile, "profile-file", "", "a profile file")
	f.BoolVar(&t.sandbox, "sandbox", false, "start the embedded server for the time of this command")
	f.StringVar(&t.secretFile, "secret-file", "", "read the client secret from this file (else INGESTER_CLIENT_SECRET, else the keychain)")
	f.StringVar(&t.identity, "identity", "", "the client certificate to present, where the profile's file holds several: its alias, subject or SHA-256 fingerprint")
	cmd.MarkFlagsMutuallyExclusive("profile", "profile-file", "sandbox")
	cmd.MarkFlagsMutuallyExclusive("identity", "sandbox")
}

// uploadAll is the command that sends what earlier calls left for this server.
func (t *target) uploadAll() string {
	words := "ingester upload --all"
	switch {
	case t.sandbox:
		words += " --sandbox"
	case t.profileFile != "":
		words += " --profile-file " + ownQuoting().word(t.profileFile)
	case t.profile != "":
		words += " --profile " + ownQuoting().word(t.profile)
	}
	return words
}

// load finds the profile. It is zero with --sandbox: the embedded server has it.
func (t *target) load(f folders) (core.Profile, error) {
	switch {
	case t.sandbox:
		return core.Profile{}, nil
	case t.profileFile != "":
		return profiles.LoadFile(t.profileFile)
	case t.profile != "":
		return profiles.Open(f.profiles()).Load(t.profile)
	}
	name, err := defaultProfile(f)
	if err != nil {
		return core.Profile{}, err
	}
	return profiles.Open(f.profiles()).Load(name)
}

// defaultProfile is the profile that the window uses, or the only one.
func defaultProfile(f folders) (string, error) {
	if name, err := readCurrent(f); err != nil || name != "" {
		return name, err
	}
	names, err := profiles.Open(f.profiles()).List()
	if err != nil {
		return "", err
	}
	switch len(names) {
	case 0:
		return "", usageError("no profile is saved; use --profile-file FILE, --sandbox, or 'ingester profile import FILE'")
	case 1:
		return names[0], nil
	}
	return "", usageError("which profile? Use --profile with one of: %s", strings.Join(names, ", "))
}

// prepare reads what every command that uses a server needs.
func (t *target) prepare(ctx context.Context, s streams) (f folders, p core.Profile, secret core.Secret, err error) {
	if f, err = findFolders(os.Getenv); err != nil {
		return f, p, secret, err
	}
	if p, err = t.load(f); err != nil {
		return f, p, secret, err
	}
	if t.identity != "" {
		if !p.TLS.HasClientCertificate() {
			return f, p, secret, usageError("--identity is for a profile with a client certificate, which %q has not", p.Name)
		}
		p.TLS.Identity = t.identity
	}
	secret, err = givenSecret(ctx, t.secretFile, os.Getenv, s.err)
	return f, p, secret, err
}

// commandLog is the log of a command: warnings on standard error.
func commandLog(s streams) (*slog.Logger, error) {
	level, err := logLevel(os.Getenv, slog.LevelWarn)
	if err != nil {
		return nil, err
	}
	return s.newLog(s.err, level), nil
}

// foldersAndLog are what commands need that work without a profile.
func foldersAndLog(s streams) (folders, *slog.Logger, error) {
	f, err := findFolders(os.Getenv)
	if err != nil {
		return f, nil, err
	}
	log, err := commandLog(s)
	return f, log, err
}
