package docs

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/artstore/ingester/"

// room is a package of the program.
type room struct {
	path    string
	purpose string   // the first sentence of its doc comment
	imports []string // of the house, sorted
	names   map[string]bool
}

// house is the program's packages by path.
type house map[string]*room

// readHouse reads all packages but those that only tests import, such as
// core/coretest. Files for every system and with every build tag count.
func readHouse(t *testing.T) house {
	t.Helper()
	h := house{}
	root := os.DirFS("..")
	for _, top := range []string{"app", "assets", "core", "ui"} {
		err := fs.WalkDir(root, top, func(file string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "testdata" || strings.HasSuffix(entry.Name(), "test")):
				return fs.SkipDir
			case strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go"):
				return h.read(root, file)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h house) read(root fs.FS, file string) error {
	text, err := fs.ReadFile(root, file)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	dir := path.Dir(file)
	r := h[dir]
	if r == nil {
		r = &room{path: dir, names: map[string]bool{}}
		h[dir] = r
	}
	if parsed.Doc != nil {
		said := new(doc.Package).Synopsis(parsed.Doc.Text())
		for _, subject := range []string{"Package ", "Command "} {
			if rest, cut := strings.CutPrefix(said, subject); cut {
				_, r.purpose, _ = strings.Cut(rest, " ")
			}
		}
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if below, own := strings.CutPrefix(imported, module); own && !slices.Contains(r.imports, below) {
			r.imports = append(r.imports, below)
			slices.Sort(r.imports)
		}
	}
	for _, declared := range parsed.Decls {
		r.declare(declared)
	}
	return nil
}

// declare notes what a declaration names: functions, types, and, as Type.Name,
// methods and fields.
func (r *room) declare(declared ast.Decl) {
	switch d := declared.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			name = receiver(d.Recv.List[0].Type) + "." + name
		}
		r.names[name] = true
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if s, ok := spec.(*ast.TypeSpec); ok {
				r.names[s.Name.Name] = true
				r.members(s)
			}
		}
	}
}

func (r *room) members(s *ast.TypeSpec) {
	var list *ast.FieldList
	switch kind := s.Type.(type) {
	case *ast.StructType:
		list = kind.Fields
	case *ast.InterfaceType:
		list = kind.Methods
	default:
		return
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			r.names[s.Name.Name+"."+name.Name] = true
		}
	}
}

func receiver(of ast.Expr) string {
	switch e := of.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.IndexExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

func (h house) sorted(order func(house, *room, *room) int) []*room {
	return slices.SortedFunc(maps.Values(h), func(a, b *room) int { return order(h, a, b) })
}
