package rows

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

// workbook is what is known of an Excel workbook besides its cells.
type workbook struct {
	zip     *zip.Reader
	path    string            // of its main part
	related map[string]string // by id: the parts that it names
	sheets  []sheetEntry
	from    int64       // days that its dates begin after those of 1900
	dates   []bool      // by style: its numbers are dates
	texts   sharedTexts // that cells share
}

// sheetEntry is one worksheet of a workbook.
type sheetEntry struct {
	name, part string
	hidden     bool
}

// days1904 lie between the two beginnings that the dates of workbooks have.
const days1904 = 1462

// maxPart bounds the parts of a workbook that are read whole.
const maxPart = 64 << 20

// workbook opens the sheet that is asked for.
func (in *Input) workbook(z *zip.Reader) error {
	if f := in.options.Format; f != "" && f != XLSX {
		return &Error{Name: in.Name, Msg: "is an Excel workbook, not " + string(f), Hint: "leave --format out"}
	}
	w := &workbook{zip: z}
	if err := w.read(); err != nil {
		return in.unsound(err)
	}
	s, err := w.choose(in.options.Sheet)
	if err != nil {
		return &Error{Name: in.Name, Msg: err.Error(), Hint: "its sheets are " + w.names()}
	}
	in.Stored, in.Format, in.Sheet, in.Delimiter = XLSX, CSV, s.name, ','
	in.at.Line = 1
	if err := w.texts.read(w); err != nil {
		return in.unsound(err)
	}
	if w.from > 0 {
		in.note("its dates count from 1904; they are read as the numbers from 1900 on that Excel mostly stores")
	}
	if err := in.lookAtSheet(w, s); err != nil {
		return err
	}
	in.sheet, err = w.open(s)
	if err != nil {
		return in.unsound(err)
	}
	before := in.close
	in.close = func() { in.sheet.part.Close(); before() }
	return in.passHeader()
}

func (in *Input) unsound(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Name = in.Name
		return e
	}
	return &Error{Name: in.Name, Msg: "is not a sound workbook", Err: err, Hint: "open it in a spreadsheet and save it anew"}
}

// read reads the parts that are small.
func (w *workbook) read() error {
	top, err := w.relations("")
	if err != nil {
		return err
	}
	for _, target := range top {
		if strings.HasSuffix(target, "workbook.bin") {
			return &Error{Msg: "is a binary workbook (.xlsb)", Hint: "save it as .xlsx or as CSV UTF-8"}
		}
		if strings.HasSuffix(target, "workbook.xml") {
			w.path = target
		}
	}
	if w.path == "" {
		return &Error{Msg: "is an Office document, but no workbook", Hint: "save its table as .xlsx or as CSV UTF-8"}
	}
	if w.related, err = w.relations(w.path); err != nil {
		return err
	}
	if err := w.readSheets(); err != nil {
		return err
	}
	return w.readStyles()
}

// relations reads which parts a part names, by their ids.
func (w *workbook) relations(of string) (map[string]string, error) {
	var list struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
			Mode   string `xml:"TargetMode,attr"`
		}
	}
	if err := w.unmarshal(path.Join(path.Dir(of), "_rels", path.Base("/"+of)+".rels"), &list); err != nil && of != "" {
		return nil, err
	}
	if of == "" {
		_ = w.unmarshal("_rels/.rels", &list) // what is missing then is told by what it should name
	}
	parts := make(map[string]string)
	for _, r := range list.Relationship {
		if r.Mode == "External" {
			continue
		}
		target := path.Join(path.Dir(of), r.Target)
		if strings.HasPrefix(r.Target, "/") {
			target = r.Target[1:]
		}
		parts[r.ID] = target
	}
	return parts, nil
}

func (w *workbook) readSheets() error {
	var book struct {
		Properties struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			Loose string `xml:"id,attr"` // of the strict dialect, whose namespace is another
		} `xml:"sheets>sheet"`
	}
	if err := w.unmarshal(w.path, &book); err != nil {
		return err
	}
	if is := book.Properties.Date1904; is == "1" || is == "true" || is == "on" {
		w.from = days1904
	}
	for _, s := range book.Sheets {
		part := w.related[s.ID]
		if part == "" {
			part = w.related[s.Loose]
		}
		if strings.Contains(part, "worksheets/") || part != "" && !strings.Contains(part, "sheets/") { // no chart
			w.sheets = append(w.sheets, sheetEntry{s.Name, part, s.State != "" && s.State != "visible"})
		}
	}
	if len(w.sheets) == 0 {
		return errors.New("it has no worksheet")
	}
	return nil
}

// choose finds a sheet by its name, or by its number among all of them; without
// either it is the first one that shows.
func (w *workbook) choose(wanted string) (sheetEntry, error) {
	if wanted == "" {
		return w.sheets[max(slices.IndexFunc(w.sheets, func(s sheetEntry) bool { return !s.hidden }), 0)], nil
	}
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		if i := slices.IndexFunc(w.sheets, func(s sheetEntry) bool { return same(s.name, wanted) }); i >= 0 {
			return w.sheets[i], nil
		}
	}
	if n, err := strconv.Atoi(wanted); err == nil && n >= 1 && n <= len(w.sheets) {
		return w.sheets[n-1], nil
	}
	return sheetEntry{}, fmt.Errorf("has no sheet %q", wanted)
}

func (w *workbook) names() string {
	var names []string
	for i, s := range w.sheets {
		name := fmt.Sprintf("%d %q", i+1, s.name)
		if s.hidden {
			name += " (hidden)"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// part finds a related part by the end of its path; nil if there is none.
func (w *workbook) part(suffix string) *zip.File {
	for _, target := range w.related {
		if strings.HasSuffix(strings.ToLower(target), suffix) {
			return findMember(w.zip, target)
		}
	}
	return nil
}

func (w *workbook) unmarshal(name string, to any) error {
	f := findMember(w.zip, name)
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
