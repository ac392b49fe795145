package wording

import "testing"

func TestNamesAreHarmless(t *testing.T) {
	for in, want := range map[string][2]string{
		"a.txt":              {"", "a.txt"},
		"scans/box 14/p.tif": {"scans / box 14", "p.tif"},
		"evil\n\x1b[31m.txt": {"", "evil␣␣[31m.txt"},
		"gpj.\u202eexe.txt":  {"", "gpj.␣exe.txt"},
		"Договор № 118.docx": {"", "Договор № 118.docx"},
	} {
		folder, file := SplitName(in)
		if folder != want[0] || file != want[1] {
			t.Errorf("%q becomes %q, %q", in, folder, file)
		}
	}
}
