package desktop

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// odd is a path with everything that an entry must escape.
const odd = "/opt/In gester/50% \"off\" $HOME `id` a\\b/ingester"

func TestLaunchAgentIsWellFormed(t *testing.T) {
	var texts []string
	decoder := xml.NewDecoder(strings.NewReader(launchAgent("/Applications/A & B <c>.app/Contents/MacOS/ingester")))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if words, ok := token.(xml.CharData); ok && strings.TrimSpace(string(words)) != "" {
			texts = append(texts, string(words))
		}
	}
	want := []string{"Label", AppID, "ProgramArguments", "/Applications/A & B <c>.app/Contents/MacOS/ingester", "--background",
		"RunAtLoad", "ProcessType", "Interactive"}
	if strings.Join(texts, "|") != strings.Join(want, "|") {
		t.Errorf("the agent says %q", texts)
	}
}

func TestRunCommandQuotesThePath(t *testing.T) {
	if got := runCommand(`C:\Program Files\Ingester\ingester.exe`); got != `"C:\Program Files\Ingester\ingester.exe" --background` {
		t.Errorf("the command is %s", got)
	}
}
