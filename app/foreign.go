package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/artstore/ingester/app/report"
	"github.com/artstore/ingester/core"
)

// explainForeign explains err where files of another user are its cause. The program
// leaves such files if it was once run as another user, with sudo for example.
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

// foreign returns the first of the program's own files and folders that belongs to
// another user and can't be written, the program's folder that it is in, and its
// owner; "" if there is none.
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
				continue // what it leads to is not the program's
			}
			path := filepath.Join(dir, entry.Name())
			if whose := otherOwner(path); whose != "" {
				return path, dir, whose
			}
		}
	}
	return "", "", ""
}
