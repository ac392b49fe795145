package viewtest

import (
	"log/slog"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"github.com/artstore/ingester/core"
)

// DifferingReceipt is of a server that did nothing as it was asked.
func DifferingReceipt() *core.Receipt {
	return &core.Receipt{FileID: "id-1", Retention: core.RetentionTemporary, TTLDays: 30, ExpiresAt: Start().Add(30 * 24 * time.Hour), Differs: []core.Difference{
		{Field: core.FieldRetention, Asked: "permanent", Got: "temporary"}, {Field: core.FieldName, Asked: "ä", Got: "a\u202ex"},
		{Field: core.FieldTags, Asked: `["a","b"]`, Got: "[]"}, {Field: core.FieldDescription, Asked: "words", Got: ""},
	}}
}

// Keeping is a program with three stored files, the last of them permanent.
func Keeping() *Fake {
	ctl := NewFake()
	for i, name := range []string{"Договор.docx", "scan.tif", "kept.pdf"} {
		x := Transfer(i+1, name, 100, core.StateStored)
		x.Receipt = &core.Receipt{FileID: "id-" + name}
		x.Options = core.Options{Profile: "Production", Retention: core.RetentionTemporary, TTLDays: 30}
		if i == 2 {
			x.Options.Retention = core.RetentionPermanent
		}
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, x)
	}
	ctl.StoredFiles = ctl.Snapshot.Transfers
	return ctl
}

// Control is a key together with Ctrl, or Cmd on macOS.
func Control(key fyne.KeyName) fyne.Shortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
}

// Record hands five minutes of work to take, a second each.
func Record(take func(m core.Measurements, url string)) {
	sent := 0.0
	for i := range 300 {
		sent += (14 + 8*math.Sin(float64(i)/23) + 4*math.Sin(float64(i)/7)) * (1 << 20)
		take(Figures(Start().Add(time.Duration(i-300)*time.Second), sent, 2+i/40%4), "")
	}
}

// FillLog writes what a program logs in a minute.
func FillLog(log *slog.Logger) {
	for i := range 30 {
		log.Info("file stored", "transfer", i, "seconds", 0.42, "http", "HTTP/2.0")
	}
	log.Warn("upload failed, waiting", "transfer", 12, "code", "server_busy", "status", 503, "retry_in", 8*time.Second)
	log.Error("upload failed", "transfer", 13, "code", "too_large", "status", 413)
}
