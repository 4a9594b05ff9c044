// Package xlsx reads the cells of Excel workbooks row by row, as a person sees
// them: dates as dates, and the zeros that a number format shows.
//
// Start with Open, choose one of the Sheets, and read it with Book.Read.
package xlsx

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Book is a workbook without its cells. It belongs to one goroutine.
type Book struct {
	Sheets   []Sheet
	From1904 bool // its dates count from 1904 on

	zip     *zip.Reader
	formats []format // by style
	texts   sharedTexts
	related []relation // of the main part
}

// Sheet is one worksheet of a workbook.
type Sheet struct {
	Name   string
	Hidden bool
	part   string
}

// Error is a reason why a workbook cannot be read that has a remedy. Other errors
// say that it is damaged.
type Error struct{ Msg, Hint string }

func (e *Error) Error() string { return e.Msg }

// maxPart bounds the parts of a workbook that are read whole.
const maxPart = 64 << 20

// Open reads the parts that say which sheets there are and how cells look.
func Open(z *zip.Reader) (*Book, error) {
	b := &Book{zip: z}
	main := ""
	for _, r := range b.relations("") {
		if r.is("officeDocument") {
			main = r.target
		}
	}
	if strings.HasSuffix(strings.ToLower(main), ".bin") {
		return nil, &Error{"is a binary workbook (.xlsb)", "save it as .xlsx or as CSV UTF-8"}
	}
	if Member(z, main) == nil {
		return nil, errNotWorkbook
	}
	b.related = b.relations(main)
	if err := b.readSheets(main); err != nil {
		return nil, err
	}
	return b, readStyles(b)
}

var errNotWorkbook = &Error{"is an Office document, but not a workbook", "save its table as .xlsx or as CSV UTF-8"}

// Member finds a file of an archive by its name, in any case and with slashes of
// either direction; nil if there is none.
func Member(z *zip.Reader, name string) *zip.File {
	plain := func(name string) string { return strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/") }
	name = plain(name)
	for _, f := range z.File {
		if strings.EqualFold(plain(f.Name), name) {
			return f
		}
	}
	return nil
}

// relation is how one part names another.
type relation struct{ id, kind, target string }

// is reports whether the relation is of a kind, which is how the address of its
// type ends: the strict dialect has other addresses.
func (r relation) is(kind string) bool { return strings.HasSuffix(r.kind, "/"+kind) }

// relations reads which parts a part names. A list that is missing or damaged is
// empty: the error is about the part that is not found then.
func (b *Book) relations(of string) (list []relation) {
	var stored struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
			Mode   string `xml:"TargetMode,attr"`
		}
	}
	name := path.Join(path.Dir(of), "_rels", path.Base("/"+of)+".rels")
	if of == "" {
		name = "_rels/.rels"
	}
	_ = b.unmarshal(name, &stored)
	for _, r := range stored.Relationship {
		if r.Mode == "External" {
			continue
		}
		target := strings.ReplaceAll(r.Target, `\`, "/")
		if rest, absolute := strings.CutPrefix(target, "/"); absolute {
			target = rest
		} else {
			target = path.Join(path.Dir(of), target)
		}
		list = append(list, relation{r.ID, r.Type, target})
	}
	return list
}

func (b *Book) readSheets(main string) error {
	var book struct {
		XMLName    xml.Name
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			Loose string `xml:"id,attr"` // of the strict dialect, whose namespace differs
		} `xml:"sheets>sheet"`
	}
	if err := b.unmarshal(main, &book); err != nil {
		return err
	}
	if book.XMLName.Local != "workbook" {
		return errNotWorkbook
	}
	b.From1904 = isTrue(book.Properties.Date1904)
	for _, s := range book.Sheets {
		at := slices.IndexFunc(b.related, func(r relation) bool { return r.id != "" && (r.id == s.ID || r.id == s.Loose) })
		if at >= 0 && b.related[at].is("worksheet") { // and not a chart
			b.Sheets = append(b.Sheets, Sheet{s.Name, s.State != "" && s.State != "visible", b.related[at].target})
		}
	}
	if len(b.Sheets) == 0 {
		return errors.New("it has no worksheet")
	}
	return nil
}

func isTrue(word string) bool { return word == "1" || word == "true" || word == "on" }

// Choose finds a sheet by its name, or by its number among all of them; "" chooses
// the first one that is not hidden.
func (b *Book) Choose(wanted string) (s Sheet, found bool) {
	if wanted == "" {
		return b.Sheets[max(slices.IndexFunc(b.Sheets, func(s Sheet) bool { return !s.Hidden }), 0)], true
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		if i := slices.IndexFunc(b.Sheets, func(s Sheet) bool { return same(s.Name, wanted) }); i >= 0 {
			return b.Sheets[i], true
		}
	}
	if n, err := strconv.Atoi(wanted); err == nil && n >= 1 && n <= len(b.Sheets) {
		return b.Sheets[n-1], true
	}
	return Sheet{}, false
}

// part finds a part by its kind; nil if there is none.
func (b *Book) part(kind string) *zip.File {
	for _, r := range b.related {
		if r.is(kind) {
			return Member(b.zip, r.target)
		}
	}
	return nil
}

func (b *Book) unmarshal(name string, to any) error {
	f := Member(b.zip, name)
	if f == nil {
		return fmt.Errorf("%s is missing", name)
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	return xml.NewDecoder(io.LimitReader(r, maxPart)).Decode(to)
}
