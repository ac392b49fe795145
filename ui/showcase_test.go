package ui

import (
	"fmt"
	"time"

	"github.com/artstore/ingester/core"
)

// transfer makes a transfer for a test.
func transfer(seq int, name string, size int64, state core.State) core.Transfer {
	return core.Transfer{
		ID: core.TransferID(fmt.Sprint("t", seq)), Seq: int64(seq), State: state, Server: "https://ingester.example:8020",
		Source: core.Source{Path: "/home/a/" + name, Name: name, Size: size},
	}
}

// showcase are the transfers of the pictures.
func showcase(n int) core.Snapshot {
	const mib = 1 << 20
	list := []core.Transfer{
		transfer(1, "report-2026-Q3.pdf", 124*mib/10, core.StateSending),
		transfer(2, "scans/archive box 14/plate 0231.tif", 212*mib, core.StateSending),
		transfer(3, "scans/archive box 14/plate 0230.tif", 208*mib, core.StateSent),
		transfer(4, "Договор поставки № 118.docx", 88<<10, core.StateStored),
		transfer(5, "backup-september.iso", 4700*mib*1024/1000, core.StateWaiting),
		transfer(6, "minutes.pdf", 11*mib/10, core.StateUnknown),
		transfer(7, "huge-export.csv", 1600*mib, core.StateFailed),
		transfer(8, "photos/IMG_2000.jpg", 3*mib, core.StatePaused),
	}
	list[0].Sent, list[0].Attempts = 88*mib/10, 1
	list[1].Sent, list[1].Attempts = 72*mib, 1
	list[3].Receipt = &core.Receipt{FileID: "5f0c1a34-4b1e-4d55-9a51-0a9b8a1f0e11", SHA256: core.NewChecksum(make([]byte, 32)), UploadedAt: start()}
	list[4].Sent, list[4].NotBefore = 2400*mib, start().Add(7*time.Second+time.Millisecond)
	list[4].Error = &core.Error{Kind: core.KindServer, Code: core.CodeServerBusy, Status: 503}
	list[5].Error = &core.Error{Kind: core.KindNetwork, Code: core.CodeOutcomeUnknown}
	list[6].Error = &core.Error{Kind: core.KindServer, Code: core.CodeTooLarge, Status: 413, Op: "upload", ServerText: "File too large"}
	for i := len(list); i < n; i++ {
		list = append(list, transfer(i+1, fmt.Sprintf("photos/IMG_%04d.jpg", 1993+i), int64(3*mib+i*31000), core.StateQueued))
	}
	return core.Snapshot{Transfers: list}
}
