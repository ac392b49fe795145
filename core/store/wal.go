package store

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/artstore/ingester/core/smallfile"
)

// The parts of the files beside the database that tell what was committed:
// https://www.sqlite.org/fileformat2.html#the_write_ahead_log and
// https://www.sqlite.org/walformat.html.
const (
	walHeaderSize  = 32
	walFrameHeader = 24
	walMagic       = 0x377f0682 // the lowest bit gives the byte order of the checksums
	shmHeaderSize  = 48
	shmBackfill    = 96 // the offset at which the index tells how much is in the database already
)

// walFrame is one page in the log.
type walFrame struct {
	page   uint32
	commit uint32 // if a commit ends here, the number of the database's pages after it, else 0
	at     int64  // the page's offset
	fits   bool   // its checksum continues that of the frame before
}

// wal is what the log of a database holds.
type wal struct {
	pageSize int
	frames   []walFrame // frames that count
	tail     []walFrame // frames after those, not known to have been committed
	whole    int        // number of frames up to the first whose checksum does not fit
	sound    bool       // the header is sound
	salts    [8]byte    // tell the log's frames from older ones in the file
	broken   bool       // a damaged frame is followed by acknowledged commits
}

// walSum continues the checksum of the log.
func walSum(order binary.ByteOrder, sum [2]uint32, data []byte) [2]uint32 {
	for ; len(data) >= 8; data = data[8:] {
		sum[0] += order.Uint32(data) + sum[1]
		sum[1] += order.Uint32(data[4:]) + sum[0]
	}
	return sum
}

func walStored(data []byte) [2]uint32 {
	return [2]uint32{binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])}
}

// readWAL reads the log at path. A missing log is empty. Its pages have pageSize
// unless its header says otherwise.
func readWAL(path string, pageSize int) (wal, error) {
	w := wal{pageSize: pageSize}
	f, err := smallfile.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return w, nil
	}
	if err != nil {
		return w, err
	}
	defer func() { _ = f.Close() }() // only read
	header := make([]byte, walHeaderSize)
	if _, err := io.ReadFull(f, header); err != nil {
		return w, ended(err)
	}
	order := binary.ByteOrder(binary.LittleEndian)
	magic := binary.BigEndian.Uint32(header)
	if magic&1 == 1 {
		order = binary.BigEndian
	}
	w.sound = magic&^1 == walMagic && walSum(order, [2]uint32{}, header[:24]) == walStored(header[24:])
	if size := int(binary.BigEndian.Uint32(header[8:])); w.sound && isPageSize(size) {
		w.pageSize = size
	}
	copy(w.salts[:], header[16:])
	return w, ended(w.read(f, order, walStored(header[24:])))
}

// ended returns err, or nil if err only means that the file ends too soon.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// read reads the frames. SQLite stops at the first whose checksum does not fit;
// this reads the rest too. Each frame's checksum is computed from the one written
// in the frame before it, so that the frames after a damaged one still fit each
// other. If a frame follows a commit in this way, that commit was acknowledged:
// SQLite writes more only after it has synced. (A power cut or a rollback leaves at
// most one commit after the end.)
func (w *wal) read(f io.Reader, order binary.ByteOrder, last [2]uint32) error {
	frame := make([]byte, walFrameHeader+w.pageSize)
	at := int64(walHeaderSize + walFrameHeader)
	fits, committed, before := w.sound, 0, uint32(0)
	for n := 0; ; n++ {
		if _, err := io.ReadFull(f, frame); err != nil {
			w.frames, w.tail = w.frames[:committed], w.frames[committed:]
			return err
		}
		if n == 0 && !w.sound {
			copy(w.salts[:], frame[8:])
		}
		sum := walSum(order, walSum(order, last, frame[:8]), frame[walFrameHeader:])
		last = walStored(frame[16:])
		ours := [8]byte(frame[8:16]) == w.salts
		follows := ours && sum == last
		next := walFrame{binary.BigEndian.Uint32(frame), binary.BigEndian.Uint32(frame[4:]), at, follows}
		at += int64(len(frame))
		if !follows && fits {
			fits, w.whole = false, n
		}
		if !fits && follows && before != 0 && !w.broken {
			w.broken, committed = true, len(w.frames)
		}
		before = 0
		if ours {
			before = next.commit
			w.frames = append(w.frames, next)
		}
		if fits {
			w.whole = n + 1
		}
		if next.commit != 0 && ours && (fits || w.broken) {
			committed = len(w.frames)
		}
	}
}

// shm is what the index of a log tells of it. The index is in memory that outlives
// a killed process, and it changes only after a commit's sync: what it calls
// committed has been on the disk.
type shm struct {
	salts  [8]byte
	frames uint32 // committed frames
	folded uint32 // how many of them were copied into the database
}

// readSHM reads the index at path. ok is false if there is none that can be
// trusted.
func readSHM(path string) (s shm, ok bool) {
	f, err := smallfile.Open(path)
	if err != nil {
		return s, false
	}
	defer func() { _ = f.Close() }() // only read
	data := make([]byte, shmBackfill+4)
	if _, err := io.ReadFull(f, data); err != nil {
		return s, false
	}
	first, second := data[:shmHeaderSize], data[shmHeaderSize:2*shmHeaderSize]
	order := binary.NativeEndian
	var sum [2]uint32
	for at := 0; at < 40; at += 8 {
		sum[0] += order.Uint32(first[at:]) + sum[1]
		sum[1] += order.Uint32(first[at+4:]) + sum[0]
	}
	if string(first) != string(second) || first[12] != 1 || sum != [2]uint32{order.Uint32(first[40:]), order.Uint32(first[44:])} {
		return s, false
	}
	copy(s.salts[:], first[32:])
	s.frames, s.folded = order.Uint32(first[16:]), order.Uint32(data[shmBackfill:])
	return s, true
}

// lostLog is logLoss for the database at path while other processes may be using
// it.
func lostLog(path string) (string, error) {
	for range 3 {
		before, _ := readSHM(path + "-shm")
		p, err := openPages(path)
		if err != nil {
			return "", notDamage(err)
		}
		loss := logLoss(path, p.wal)
		p.close()
		if after, _ := readSHM(path + "-shm"); loss == "" || before == after {
			return loss, nil
		}
	}
	return "", nil // it grows while it is being read, so it is not damaged
}

// logLoss says what acknowledged part of the log of the database at path is
// missing, "" if no loss can be proved. It runs before SQLite opens the file,
// because SQLite would take what is left of the log for all of it.
func logLoss(path string, w wal) string {
	if w.broken {
		return "its log is damaged"
	}
	info, err := os.Stat(path + "-wal")
	gone := errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
	s, ok := readSHM(path + "-shm")
	switch {
	case !ok || s.frames <= s.folded:
		return ""
	case gone:
		return "its log is gone"
	case w.sound && w.salts == s.salts && w.whole < int(s.frames):
		return "its log is cut"
	case !w.sound && w.salts == s.salts:
		return "its log is damaged"
	}
	return ""
}
