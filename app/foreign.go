package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// explainForeign says whose files are in the way, where that is why err happened:
// a program that was once run by another user, as with sudo, leaves files that
// this one can't write.
func explainForeign(getenv func(string) string, err error) error {
	var known *core.Error
	if !errors.As(err, &known) || report.IsTold(err) || known.Code != core.CodeStoreFailed && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	f, missing := findFolders(getenv)
	if missing != nil {
		return err
	}
	path, folder, owner := f.foreign()
	if path == "" {
		return err
	}
	return &core.Error{Kind: core.KindConfig, Code: core.CodeForeignFiles, Op: known.Op,
		Message: path + " belongs to " + owner + ": the program was once run as that user. Give it back (" + takeBack(ownQuoting().word(folder)) +
			"), or set INGESTER_HOME to another folder.", Err: err}
}

// foreign returns the first of the program's own files and folders that belongs
// to another user and can't be written, the folder of the program's that it is
// in, and its owner; "" where there is none.
func (f folders) foreign() (path, folder, owner string) {
	for _, dir := range []string{f.config, f.profiles(), f.state, f.data} {
		if whose := otherOwner(dir); whose != "" {
			return dir, dir, whose
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // not there yet
		}
		for _, entry := range entries {
			if entry.Type()&fs.ModeSymlink != 0 {
				continue // leads to what is not the program's own
			}
			path := filepath.Join(dir, entry.Name())
			if whose := otherOwner(path); whose != "" {
				return path, dir, whose
			}
		}
	}
	return "", "", ""
}
