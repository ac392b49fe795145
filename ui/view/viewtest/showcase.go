package viewtest

import (
	"fmt"
	"time"

	"github.com/artstore/ingester/core"
)

// Transfer makes a transfer for a test.
func Transfer(seq int, name string, size int64, state core.State) core.Transfer {
	return core.Transfer{
		ID: core.TransferID(fmt.Sprint("t", seq)), Seq: int64(seq), State: state, Server: "https://ingester.example:8020",
		Source: core.Source{Path: "/home/a/" + name, Name: name, Size: size},
	}
}

// Showcase are the transfers of the pictures.
func Showcase(n int) core.Snapshot {
	const mib = 1 << 20
	list := []core.Transfer{
		Transfer(1, "report-2026-Q3.pdf", 124*mib/10, core.StateSending),
		Transfer(2, "scans/archive box 14/plate 0231.tif", 212*mib, core.StateSending),
		Transfer(3, "scans/archive box 14/plate 0230.tif", 208*mib, core.StateSent),
		Transfer(4, "Договор поставки № 118.docx", 88<<10, core.StateStored),
		Transfer(5, "backup-september.iso", 4700*mib*1024/1000, core.StateWaiting),
		Transfer(6, "minutes.pdf", 11*mib/10, core.StateUnknown),
		Transfer(7, "huge-export.csv", 1600*mib, core.StateFailed),
		Transfer(8, "photos/IMG_2000.jpg", 3*mib, core.StatePaused),
	}
	list[0].Sent, list[0].Attempts = 88*mib/10, 1
	list[1].Sent, list[1].Attempts = 72*mib, 1
	list[3].Receipt = &core.Receipt{FileID: "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11", SHA256: core.NewChecksum(make([]byte, 32)), UploadedAt: Start()}
	list[4].Sent, list[4].NotBefore = 2400*mib, Start().Add(7*time.Second+time.Millisecond)
	list[4].Error = &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}
	list[5].Error = &core.Error{Kind: core.KindNetwork, Code: core.CodeOutcomeUnknown, Outcome: core.OutcomeUnknown}
	list[6].Error = &core.Error{Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413, Op: "upload", ServerText: "File too large"}
	for i := len(list); i < n; i++ {
		list = append(list, Transfer(i+1, fmt.Sprintf("photos/IMG_%04d.jpg", 1993+i), int64(3*mib+i*31000), core.StateQueued))
	}
	return core.Snapshot{Transfers: list}
}

// Fresh is a program without profiles.
func Fresh() *Fake {
	ctl := NewFake()
	ctl.CurrentProfile, ctl.SavedProfiles, ctl.CurrentLink = "", map[string]core.Profile{}, core.Link{State: core.LinkUnknown}
	return ctl
}

// Busy is a program in the middle of its work.
func Busy() *Fake {
	ctl := NewFake()
	ctl.Snapshot = Showcase(340)
	p := core.NewProfile("Production")
	p.IngesterURL, p.AdminURL = "https://ingester.example:8020", "https://admin.example:8000"
	p.Auth.ClientID = "sa_prod_reports_1a2b3c"
	p.TLS.CACertFile, p.TLS.PKCS12File = "/etc/artstore/example-root-ca.pem", "/etc/artstore/scanner-07.p12"
	p.Metrics.Listen = "127.0.0.1:9464"
	ctl.SavedProfiles[p.Name] = p
	ctl.CertificateFacts = core.CertificateFacts{
		Subject: "scanner-07 · Example Archive", Issuer: "Example Client CA 2", Names: []string{"scanner-07.example"}, Serial: "4F:9A:01",
		Fingerprint: "4F:9A:11:02:AE:10:4F:9A:11:02:AE:10:4F:9A:11:02:AE:10:4F:9A:11:02:AE:10:4F:9A:11:02:AE:10:C2:71",
		NotBefore:   Start().AddDate(0, -10, 0), NotAfter: Start().AddDate(0, 0, 19).Add(time.Hour), KeyMatches: true, ClientAuth: true,
	}
	ctl.Measured = Figures(Start(), 0, 4)
	ctl.CheckSteps = []core.Step{
		{Name: "address", Target: core.TargetAdmin, Status: core.StepOK, Detail: "https://admin.example:8000", Took: 2 * time.Millisecond},
		{Name: "tls", Target: core.TargetAdmin, Status: core.StepOK, Detail: "TLS 1.3, AES-128-GCM, vouched for by “Example Root CA”", Took: 24 * time.Millisecond},
		{Name: "token", Target: core.TargetAdmin, Status: core.StepOK, Detail: "good for 30 min", Took: 38 * time.Millisecond},
		{Name: "tcp", Target: core.TargetIngester, Status: core.StepOK, Detail: "ingester.example:8020", Took: 11 * time.Millisecond},
		{Name: "ready", Target: core.TargetIngester, Status: core.StepWarning, Detail: "temporary uploads only", Advice: "No permanent storage is online.", Took: 9 * time.Millisecond},
		{Name: "permission", Target: core.TargetIngester, Status: core.StepNotReached},
	}
	for i := range 60 {
		x := Transfer(1000+i, "scans/plate "+string(rune('A'+i%26))+".tif", int64(i+1)<<20, core.StateStored)
		x.Receipt = &core.Receipt{FileID: "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11", SHA256: core.NewChecksum(make([]byte, 32)), UploadedAt: Start().Add(-time.Duration(i) * time.Hour)}
		ctl.StoredFiles = append(ctl.StoredFiles, x)
	}
	return ctl
}

// Figures are measurements in the middle of a day's work.
func Figures(at time.Time, sent float64, active int) core.Measurements {
	return core.Measurements{
		At: at, BytesSent: sent, ActiveUploads: active,
		Files:        map[string]float64{"stored": 1281, "failed": 3},
		Uploads:      map[string]float64{"success": 1281, "error": 12},
		Errors:       map[string]float64{string(core.CodeServerBusy): 2, string(core.CodeTooLarge): 1},
		Upload:       core.Quantiles{P50: 420 * time.Millisecond, P95: 2800 * time.Millisecond, P99: 9100 * time.Millisecond, Count: 1284},
		TokenRequest: core.Quantiles{P50: 22 * time.Millisecond, P95: 41 * time.Millisecond, P99: 90 * time.Millisecond, Count: 8},
		Validation:   core.Quantiles{P50: 100 * time.Microsecond, P95: 300 * time.Microsecond, P99: time.Millisecond, Count: 8},
		TokenRequests: map[string]float64{
			"success": 8, "cache_hit": 1276,
		},
		TokenExpiry: at.Add(26*time.Minute + 10*time.Second), CertExpiry: Start().AddDate(0, 0, 19).Add(time.Hour),
	}
}

// HundredThousand are 100,000 queued files.
func HundredThousand() core.Snapshot {
	list := make([]core.Transfer, 100_000)
	for i := range list {
		list[i] = Transfer(i+1, fmt.Sprintf("photos/2026/IMG_%06d.jpg", i), int64(i), core.StateQueued)
	}
	return core.Snapshot{Transfers: list}
}

// Failing is a program with seven failed files, of three causes.
func Failing() *Fake {
	ctl := NewFake()
	for i, e := range []*core.Error{
		{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}, {Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413},
		{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}, {Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503},
		{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 429}, {Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413}, nil,
	} {
		x := Transfer(i+1, fmt.Sprintf("f%d", i+1), 10, core.StateFailed)
		x.Error = e
		ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, x)
	}
	ctl.Snapshot.Transfers = append(ctl.Snapshot.Transfers, Transfer(9, "ok", 10, core.StateStored))
	return ctl
}
