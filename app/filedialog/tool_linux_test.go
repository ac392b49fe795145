package filedialog

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/artstore/ingester/core"
)

// helper replaces the program zenity: it saves its arguments and answers as $ANSWER says.
const helper = `#!/bin/sh
printf '%s\n' "$@" > "$ASKED"
while [ $# -gt 0 ]; do
	if [ "$1" = --separator ]; then separator=$2; fi
	shift
done
case "$ANSWER" in
many) printf '%s%s%s\n' '/home/a/Договор № 118.docx' "$separator" '/home/a/two words' ;;
one) echo /home/a/b ;;
cancelled) exit 1 ;;
*) echo broken >&2; exit 5 ;;
esac
`

func TestHelperProgram(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "zenity"), []byte(helper), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	record := filepath.Join(dir, "asked")
	t.Setenv("ASKED", record)
	for _, c := range []struct {
		answer string
		q      Question
		want   []string
		code   core.Code
		asked  []string
	}{
		{"many", Question{Title: "Файлы", Many: true}, []string{"/home/a/Договор № 118.docx", "/home/a/two words"}, "", []string{"--file-selection", "--multiple", "Файлы"}},
		{"many", Question{Many: true, Folders: true}, []string{"/home/a/Договор № 118.docx", "/home/a/two words"}, "", []string{"--directory", "--multiple"}},
		{"one", Question{Near: "/etc/ssl", Extensions: []string{".pem"}, All: "All files", Window: 42}, []string{"/home/a/b"}, "", []string{"--filename", "/etc/ssl/", "--file-filter=All files|*"}},
		{"one", Question{Save: true, Near: "/home/a", Name: "x.csv"}, []string{"/home/a/b"}, "", []string{"--save", "--confirm-overwrite", "/home/a/x.csv"}},
		{"cancelled", Question{}, nil, core.CodeCancelled, nil},
		{"broken", Question{}, nil, core.CodeInternal, nil},
	} {
		t.Run(c.answer, func(t *testing.T) {
			t.Setenv("ANSWER", c.answer)
			got, err := newDialogs(silent(), tool).Ask(t.Context(), c.q)
			if !slices.Equal(got, c.want) || core.CodeOf(err) != c.code {
				t.Errorf("got %q, %v", got, err)
			}
			raw, err := os.ReadFile(record)
			if err != nil {
				t.Fatal(err)
			}
			asked := strings.Split(string(raw), "\n")
			for _, want := range c.asked {
				if !slices.Contains(asked, want) {
					t.Errorf("asked %q without %q", asked, want)
				}
			}
		})
	}
}
