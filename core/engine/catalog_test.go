package engine

import (
	"reflect"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// catalog holds the files that a server has and may list.
type catalog struct {
	files   []listed
	lists   bool
	own     bool              // the server that lists is the one that takes the files
	lag     time.Duration     // how long after storing a file is listed
	differs []core.Difference // how what it keeps differs from what was asked
	count   int
}

// listed is a file of the catalog.
type listed struct {
	core.Receipt
	of     core.TransferID // the transfer that sent it
	server string
	at     time.Time
}

// add adds a file sent by t.
func (c *catalog) add(t core.Transfer) {
	if c == nil {
		return
	}
	c.count++
	r := receipt(t)
	r.FileID += "-" + string(rune('a'+c.count%26)) + time.Now().Format("150405.000000000")
	r.Differs = c.differs
	c.files = append(c.files, listed{r, t.ID, t.Server, time.Now()})
}

// newest returns the last file that a transfer has sent.
func (c *catalog) newest(id core.TransferID) *listed {
	if c == nil {
		return nil
	}
	for i := len(c.files) - 1; i >= 0; i-- {
		if c.files[i].of == id {
			return &c.files[i]
		}
	}
	return nil
}

// drop removes the last file that a transfer has sent.
func (c *catalog) drop(id core.TransferID) {
	if last := c.newest(id); last != nil {
		file := last.FileID
		c.files = slices.DeleteFunc(c.files, func(f listed) bool { return f.FileID == file })
	}
}

// find returns the files that may be meant by the questions: files of one size
// look the same.
func (c *catalog) find(questions []core.Question) (core.Listing, error) {
	l := core.Listing{Asked: c.lists, Own: c.own, Found: make([][]core.Receipt, len(questions))}
	for _, f := range c.files {
		if !c.lists || f.server != questions[0].Transfer.Server || time.Since(f.at) < c.lag {
			continue
		}
		l.Files = append(l.Files, core.ListedFile{ID: f.FileID, At: f.at})
		for i, q := range questions {
			if f.Size == q.Transfer.Source.Size && !f.at.Before(q.Since) {
				l.Found[i] = append(l.Found[i], f.Receipt)
			}
		}
	}
	return l, nil
}

// checkFiles checks that every stored transfer has a file of its own on the
// server, with the differences that it reports.
func (m *model) checkFiles() {
	files := map[string]listed{}
	for _, f := range m.server.catalog.files {
		files[f.FileID] = f
	}
	owners := map[string]core.TransferID{}
	for id, row := range m.st.rows {
		if row.State != core.StateStored {
			continue
		}
		r := *row.Receipt
		file, there := files[r.FileID]
		switch {
		case !there:
			m.complain("%s is stored as %s, which the server doesn't have", id, r.FileID)
		case owners[r.FileID] != "":
			m.complain("%s and %s are stored as one file", id, owners[r.FileID])
		case file.server != row.Server || file.Size != row.Source.Size || !reflect.DeepEqual(file.Differs, r.Differs):
			m.complain("%s is stored as %+v, the server has %+v", id, r, file)
		}
		owners[r.FileID] = id
	}
}
