package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/keychain"
	"github.com/artstore/ingester/core/profiles"
	"github.com/artstore/ingester/core/smallfile"
)

// maxNote bounds, in bytes, the small files in which the program remembers
// something for its next start.
const maxNote = 64 << 10

// readCurrent is the name of the profile that the window uses, "" for none.
func readCurrent(f folders) (string, error) {
	data, err := smallfile.Read(f.current(), maxNote)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", &core.Error{Kind: core.KindConfig, Code: core.CodeProfileNotFound, Op: "read the chosen profile", Message: "The choice can't be read.", Err: err}
	}
	return strings.TrimSpace(string(data)), nil
}

// writeCurrent remembers the chosen profile; "" is none.
func writeCurrent(f folders, name string) error {
	path := f.current()
	var err error
	if name == "" {
		if err = os.Remove(path); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	} else {
		err = smallfile.Write(path, []byte(name+"\n"), 0o600)
	}
	if err != nil {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: "remember the chosen profile",
			Message: "The choice can't be saved in " + filepath.Dir(path) + ".", Err: err}
	}
	return nil
}

// removeProfile stops using a profile, then deletes its secrets, and the profile
// last. If the keychain fails, the profile is still there to be removed again, and
// no secret is left behind without a profile.
func removeProfile(ctx context.Context, dir *profiles.Dir, f folders, s keychain.Keychain, name string) error {
	current, err := readCurrent(f)
	if err == nil && current == name {
		err = writeCurrent(f, "")
	}
	if err != nil {
		return err
	}
	if _, err := dir.Load(name); core.CodeOf(err) == core.CodeProfileNotFound {
		return err
	}
	if err := forgetSecrets(ctx, s, name); err != nil {
		return &core.Error{Kind: core.KindConfig, Code: core.CodeProfileRemains, Op: "remove profile",
			Message: fmt.Sprintf("The profile %q is no longer in use, but its secrets could not all be deleted from the keychain, so it is still there: remove it again.", name), Err: err}
	}
	return dir.Remove(name)
}

// forgetSecrets deletes the secrets of a profile. Where there is no keychain
// there are none.
func forgetSecrets(ctx context.Context, k keychain.Keychain, name string) error {
	var errs []error
	for _, item := range keychain.Items() {
		if err := k.Delete(ctx, name, item); err != nil && core.CodeOf(err) != core.CodeKeychainUnavailable {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
