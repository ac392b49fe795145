package filedialog

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/ncruces/zenity"
)

// tool asks through Windows' own dialog, osascript, or a helper program.
func tool(ctx context.Context, q Question) ([]string, error) {
	if !zenity.IsAvailable() {
		return nil, errors.ErrUnsupported
	}
	options := append(toolOptions(q), zenity.Context(ctx))
	var paths []string
	var err error
	switch {
	case q.Save:
		paths = make([]string, 1)
		paths[0], err = zenity.SelectFileSave(options...)
	case q.Many:
		paths, err = zenity.SelectFileMultiple(options...)
	default:
		paths = make([]string, 1)
		paths[0], err = zenity.SelectFile(options...)
	}
	switch {
	case errors.Is(err, zenity.ErrCanceled):
		return nil, cancelled()
	case errors.Is(err, zenity.ErrUnsupported):
		return nil, errors.ErrUnsupported
	case err != nil:
		return nil, failure("The file dialog failed.", err)
	}
	return paths, nil
}

func toolOptions(q Question) []zenity.Option {
	options := []zenity.Option{zenity.Title(q.Title), zenity.Modal()}
	if q.Folders {
		options = append(options, zenity.Directory())
	}
	if q.Save {
		options = append(options, zenity.ConfirmOverwrite())
	}
	if start := startOf(q); start != "" {
		options = append(options, zenity.Filename(start))
	}
	if len(q.Extensions) > 0 {
		filter := zenity.FileFilter{CaseFold: true}
		for _, e := range q.Extensions {
			filter.Patterns = append(filter.Patterns, "*"+e)
		}
		filter.Name = strings.Join(filter.Patterns, ", ")
		options = append(options, zenity.FileFilters{filter, {Name: q.All, Patterns: []string{"*"}}})
	}
	if owner := owner(q.Window); owner != nil {
		options = append(options, owner)
	}
	return options
}

// startOf is the path where the dialog starts; that of a folder ends with a separator.
func startOf(q Question) string {
	if q.Near == "" {
		return q.Name
	}
	return strings.TrimSuffix(filepath.Clean(q.Near), string(os.PathSeparator)) + string(os.PathSeparator) + q.Name
}
