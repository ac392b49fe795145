package engine

import (
	"reflect"
	"slices"
	"time"

	"github.com/artstore/ingester/core"
)

// catalog is the files that a server has, which it may list.
type catalog struct {
	files   []listed
	lists   bool
	own     bool              // and takes the files itself
	lag     time.Duration     // files are listed so long after they were stored
	differs []core.Difference // what it keeps otherwise than it is asked
	count   int
}

// listed is a file of the catalog.
type listed struct {
	core.Receipt
	of     core.TransferID // that sent it
	server string
	at     time.Time
}

// add takes a file of t in.
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

// newest is the last file that a transfer has sent.
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

// drop forgets the last file that a transfer has sent.
func (c *catalog) drop(id core.TransferID) {
	if last := c.newest(id); last != nil {
		file := last.FileID
		c.files = slices.DeleteFunc(c.files, func(f listed) bool { return f.FileID == file })
	}
}

// find is what may be the files of questions: those of one size look the same.
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

// checkFiles wants every stored transfer to have a file of its own that the
// server has, with what is said to differ.
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
