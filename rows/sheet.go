package rows

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ciobulk/ciobulk/rows/xlsx"
)

// openSheet opens the sheet of a workbook that is asked for.
func openSheet(in *Input, o Options, z *zip.Reader) error {
	if o.Format != "" && o.Format != XLSX {
		return &Error{Kind: IsWorkbook, Msg: "is an Excel workbook, not " + string(o.Format), Found: XLSX}
	}
	book, err := xlsx.Open(z)
	if err != nil {
		return unsound(err)
	}
	entry, found := book.Choose(o.Sheet)
	if !found {
		return &Error{Kind: NoSuchSheet, Msg: fmt.Sprintf("has no sheet %q", o.Sheet), Sheets: sheetsOf(book)}
	}
	in.Stored, in.Format, in.Sheet, in.Delimiter = XLSX, CSV, entry.Name, ','
	in.at.Line = 1
	if o.Sheet == "" {
		noteSheets(in, book)
	}
	if err := sampleSheet(in, o, book, entry); err != nil {
		return err
	}
	if err := countHidden(in, o, book, entry); err != nil {
		return err
	}
	return startSheet(in, o, book, entry)
}

// startSheet leaves the sheet before its first row.
func startSheet(in *Input, o Options, book *xlsx.Book, entry xlsx.Sheet) error {
	reader, err := book.Read(entry)
	if err != nil {
		return unsound(err)
	}
	in.sheet = newSheet(reader, in)
	in.close = append(in.close, func() { reader.Close() })
	if !in.NoHeader {
		if err := in.sheet.header(o.HeaderRow); err != nil {
			return err
		}
		in.at.Line = reader.Number + 1
	}
	in.sheet.skipHidden = o.Hidden == SkipHidden
	in.first = in.at
	return nil
}

func sheetsOf(book *xlsx.Book) (list []Sheet) {
	for _, s := range book.Sheets {
		list = append(list, Sheet{s.Name, s.Hidden})
	}
	return list
}

// noteSheets names the sheets that are not read although a person sees them.
func noteSheets(in *Input, book *xlsx.Book) {
	var others []string
	for _, s := range book.Sheets {
		if !s.Hidden && s.Name != in.Sheet {
			others = append(others, fmt.Sprintf("%q", s.Name))
		}
	}
	if len(others) > mostNotes {
		others = append(others[:mostNotes], fmt.Sprintf("%d more", len(others)-mostNotes))
	}
	if len(others) > 0 {
		in.note("only sheet %q is read; there are also %s", in.Sheet, strings.Join(others, ", "))
	}
}

// unsound is an error about a workbook as a whole.
func unsound(err error) error {
	if e, ok := errors.AsType[*xlsx.Error](err); ok {
		return &Error{Msg: e.Msg, Hint: e.Hint}
	}
	return &Error{Msg: "is a damaged workbook", Err: err, Hint: "open it in a spreadsheet and save it again"}
}

// sheetSample is how many rows are looked at to find out which columns hold dates.
const sheetSample = 500

// TopRow is one of the first rows of a sheet: its number there, and its cells as a CSV
// record.
type TopRow struct {
	Number int
	Record string
}

// How many rows Input.Top has, and cells each of them.
const (
	mostTop      = 20
	mostTopCells = 300
)

func (s *sheet) keepTop() {
	if in := s.in; !in.NoHeader && len(in.Top) < mostTop {
		in.Top = append(in.Top, TopRow{int(s.Number), string(s.appendRecord(nil, min(s.Width(), mostTopCells)))})
	}
}

// sampleSheet reads the header and the first rows.
func sampleSheet(in *Input, o Options, book *xlsx.Book, entry xlsx.Sheet) error {
	r, err := book.Read(entry)
	if err != nil {
		return unsound(err)
	}
	defer r.Close()
	s := newSheet(r, in)
	switch err := s.header(o.HeaderRow); {
	case errors.Is(err, io.EOF):
		return &Error{Kind: EmptySheet, Msg: fmt.Sprintf("sheet %q is empty", entry.Name), Sheets: sheetsOf(book)}
	case err != nil:
		return err
	}
	if err := sheetColumns(in, o, s); err != nil {
		return err
	}
	in.DateColumns, in.PercentColumns = make([]bool, len(in.Columns)), make([]bool, len(in.Columns))
	s.noticeColumns(len(in.Columns))
	for n := 0; n < sheetSample && (n == 0 && in.NoHeader || s.Next() == nil); n++ {
		s.notice()
		s.keepTop()
	}
	return nil // an error comes again when it is the row's turn
}

// sheetColumns makes columns of the present row, the first one.
func sheetColumns(in *Input, o Options, s *sheet) error {
	width := s.Width()
	if o.NoHeader {
		in.NoHeader = true
		return giveNames(in, o, width, s.Number)
	}
	if at := s.strayHeader(); at > 0 {
		for width = at; width > 0; width-- {
			if _, text := s.Cell(width - 1); !isBlank(text) {
				break
			}
		}
		in.note("the header ends with column %s; cell %s%d, far to the right, and what is under it are not read", xlsx.ColumnName(width-1), xlsx.ColumnName(at), s.Number)
	}
	for i := range width {
		if c, _ := s.Cell(i); c.Fault != "" {
			return &Error{Line: s.Number, Msg: fmt.Sprintf("the header cannot be read: cell %s%d %s", xlsx.ColumnName(i), s.Number, c.Fault)}
		}
	}
	in.Header = s.appendRecord(nil, width)
	cells, _, _ := splitCSV(in.Header, ',', nil, nil)
	nameColumns(in, cells)
	return nil
}

// countHidden counts the rows that the sheet does not show.
func countHidden(in *Input, o Options, book *xlsx.Book, entry xlsx.Sheet) error {
	some, err := book.MayHide(entry)
	if err != nil || !some {
		return nil // a damaged sheet is an error when its row is read
	}
	r, err := book.Read(entry)
	if err != nil {
		return unsound(err)
	}
	defer r.Close()
	s, all := newSheet(r, in), int64(0)
	if !in.NoHeader {
		if err := s.header(o.HeaderRow); err != nil {
			return err
		}
	}
	for s.Next() == nil {
		if all++; s.Hidden {
			in.HiddenRows++
		}
	}
	in.SkipsHidden = in.HiddenRows > 0 && o.Hidden == SkipHidden
	if in.HiddenRows > 0 {
		does := "read too"
		if o.Hidden == SkipHidden {
			does = "skipped"
		}
		in.note("%s hidden in the sheet (by a filter?) and %s", countOf(in.HiddenRows, all), isOrAre(in.HiddenRows)+does)
	}
	return nil
}

func countOf(n, all int64) string {
	rows := "rows"
	if all == 1 {
		rows = "row"
	}
	return fmt.Sprintf("%d of %d %s %s", n, all, rows, strings.TrimSpace(isOrAre(n)))
}

func isOrAre(n int64) string {
	if n == 1 {
		return "is "
	}
	return "are "
}
