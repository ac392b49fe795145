// Package desktop asks the user's desktop environment for what the window needs of
// it: a display, tray icons, and to be started at sign-in.
package desktop

import (
	"errors"
	"fmt"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/artstore/ingester/core"
	"github.com/artstore/ingester/core/smallfile"
)

// AppID names the program to the desktop.
const AppID = "io.github.artstore.ingester"

// BackgroundFlag starts the program in the tray.
const BackgroundFlag = "--background"

// Autostart is the entry by which the desktop starts the program at sign-in.
// NewAutostart returns the platform's.
type Autostart interface {
	On() (bool, error) // whether there is one, and the desktop has not switched it off
	Set(on bool) error // writes or removes it
}

// entryFile is an autostart entry that is a file.
type entryFile struct {
	path    string
	content string
	off     func(content string) bool // whether the desktop has switched it off; may be nil
}

// On implements Autostart.
func (e entryFile) On() (bool, error) {
	content, err := os.ReadFile(e.path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, autostartError("read the entry for starting at sign-in", err)
	}
	return e.off == nil || !e.off(string(content)), nil
}

// Set implements Autostart.
func (e entryFile) Set(on bool) error {
	const op = "change the entry for starting at sign-in"
	if !on {
		if err := os.Remove(e.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return autostartError(op, err)
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(e.path), 0o700); err != nil {
		return autostartError(op, err)
	}
	if err := smallfile.Write(e.path, []byte(e.content), 0o644); err != nil {
		return autostartError(op, err)
	}
	return nil
}

func autostartError(op string, err error) error {
	return &core.Error{Kind: core.KindConfig, Code: core.CodeStoreFailed, Op: op,
		Message: "What the desktop starts at sign-in can't be changed.", Err: err}
}

// ownProgram is the file that the desktop should start. An AppImage runs from a mount
// that is gone when it ends; APPIMAGE says where the file is.
func ownProgram(getenv func(string) string) (string, error) {
	if image := getenv("APPIMAGE"); filepath.IsAbs(image) {
		return image, nil
	}
	program, err := os.Executable()
	if err != nil {
		return "", autostartError("find the program", err)
	}
	return program, nil
}

// desktopEntry is an entry of the XDG autostart specification.
func desktopEntry(program string) string {
	return fmt.Sprintf(`[Desktop Entry]
Type=Application
Name=Ingester
Comment=Put files into ArtStore and know that they arrived
Comment[ru]=Загрузка файлов в ArtStore с проверкой, что они дошли
Exec=%s %s
Icon=%s
Terminal=false
StartupNotify=false
X-GNOME-Autostart-enabled=true
`, desktopQuote(program), BackgroundFlag, AppID)
}

// desktopQuote makes path one argument of an Exec key: quoted, and the
// backslashes of the quoting doubled as in every string of a desktop entry.
func desktopQuote(path string) string {
	path = strings.NewReplacer(`\`, `\\\\`, `"`, `\\"`, "`", "\\\\`", `$`, `\\$`, `%`, `%%`).Replace(path)
	return `"` + path + `"`
}

// entryOff reports whether a desktop entry is switched off. Some desktops do that
// within the file.
func entryOff(content string) bool {
	for line := range strings.Lines(content) {
		switch strings.ReplaceAll(strings.TrimSpace(line), " ", "") {
		case "Hidden=true", "X-GNOME-Autostart-enabled=false":
			return true
		}
	}
	return false
}

// launchAgent is a property list for launchd.
func launchAgent(program string) string {
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>%s</string>
	<key>ProgramArguments</key>
	<array>
		<string>%s</string>
		<string>%s</string>
	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>ProcessType</key>
	<string>Interactive</string>
</dict>
</plist>
`, AppID, html.EscapeString(program), BackgroundFlag)
}

// runCommand is a command line in Windows' Run key. A path can't hold a quotation
// mark on Windows.
func runCommand(program string) string { return `"` + program + `" ` + BackgroundFlag }
