package rows

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/ciobulk/ciobulk/rows/xlsx"
)

// maxSpooled bounds the disk that a compressed archive may take.
const maxSpooled = 4 << 30

// foreign returns an error about a file that people try and that is not read, by
// how it begins.
func foreign(text []byte) error {
	for _, f := range []struct{ magic, msg, hint string }{
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel workbook (.xls), or one with a password", "open it in a spreadsheet and save it as .xlsx without a password, or as CSV UTF-8"},
		{"%PDF-", "is a PDF", "ask for the table itself, as a workbook or CSV"},
		{"PK\x05\x06", "is an empty zip file", ""},
		{"PK\x07\x08", "is a part of a split zip file", "join the parts first: zip -s 0 -O whole.zip split.zip"},
		{"\x1f\x8b", "is compressed twice", "unpack it first"},
		{"\x28\xb5\x2f\xfd", "is compressed twice", "unpack it first"},
		{"BZh", "is compressed with bzip2", "unpack it first: bunzip2 FILE"},
		{"\xfd7zXZ\x00", "is compressed with xz", "unpack it first: unxz FILE"},
		{"7z\xbc\xaf\x27\x1c", "is a 7z archive", "unpack it first"},
		{"Rar!", "is a RAR archive", "unpack it first"},
	} {
		if strings.HasPrefix(string(text[:min(len(text), 8)]), f.magic) {
			return &Error{Msg: f.msg, Hint: f.hint}
		}
	}
	return nil
}

// otherArchive returns an error about a zip file that is not meant to be unpacked,
// by what it contains.
func otherArchive(z *zip.Reader) error {
	for _, f := range []struct{ member, msg string }{
		{"META-INF/manifest.xml", "is an OpenDocument file (.ods)"},
		{"Index/Document.iwa", "is a Numbers document"},
	} {
		if xlsx.Member(z, f.member) != nil {
			return &Error{Msg: f.msg, Hint: "save its table as .xlsx or as CSV UTF-8"}
		}
	}
	return nil
}

// unpack looks into a zip file, which may be a workbook, and refuses what is not
// text.
func (o *opening) unpack() error {
	for depth := 0; strings.HasPrefix(string(o.carry[:min(len(o.carry), 4)]), "PK\x03\x04"); depth++ {
		z, err := o.archive()
		if err != nil {
			return err
		}
		if xlsx.Member(z, "[Content_Types].xml") != nil {
			return openSheet(o.Input, o.options, z)
		}
		if err := otherArchive(z); err != nil {
			return err
		}
		if depth > 0 {
			return &Error{Msg: "is a zip file inside a zip file", Hint: "unpack it first"}
		}
		if err := o.member(z); err != nil {
			return err
		}
	}
	return foreign(o.carry)
}

// archive opens the input as a zip file. That needs any part of it at any time: a
// stream is kept in a private temporary file without a name.
func (o *opening) archive() (*zip.Reader, error) {
	file, size := o.stored.file, o.Size
	if file == nil || size < 0 || o.Compression != "" {
		f, n, err := spool(o.rest())
		if err != nil {
			return nil, err
		}
		o.close = append(o.close, func() { f.Close(); _ = os.Remove(f.Name()) })
		file, size = f, n
	}
	o.stored.read.Store(0)
	z, err := zip.NewReader(countingAt{file, &o.stored.read}, size)
	if err != nil {
		return nil, &Error{Msg: "is a damaged zip file or workbook", Err: err, Hint: "was it copied whole?"}
	}
	return z, nil
}

// spool keeps a stream in a temporary file, which is gone when it is closed.
func spool(r io.Reader) (*os.File, int64, error) {
	f, err := os.CreateTemp("", "ciobulk-") // 0600
	if err != nil {
		return nil, 0, &Error{Msg: "cannot be kept for reading", Err: cause(err)}
	}
	_ = os.Remove(f.Name()) // where an open file keeps its name, the caller removes it
	size, err := io.Copy(f, io.LimitReader(r, maxSpooled+1))
	switch {
	case err != nil:
		err = &Error{Msg: "cannot be kept for reading", Err: cause(err)}
	case size > maxSpooled:
		err = &Error{Msg: fmt.Sprintf("holds an archive of more than %d GiB", maxSpooled>>30), Hint: "unpack it first"}
	default:
		return f, size, nil
	}
	f.Close()
	return nil, 0, err
}

// member reads the only file of an archive in place of the archive.
func (o *opening) member(z *zip.Reader) error {
	f, err := onlyFile(z)
	if err != nil {
		return err
	}
	r, err := f.Open()
	if err != nil {
		hint := ""
		if errors.Is(err, zip.ErrAlgorithm) {
			hint = "unpack it, or compress it with gzip"
		}
		return &Error{Msg: fmt.Sprintf("%q in it cannot be unpacked", f.Name), Err: err, Hint: hint}
	}
	o.close = append(o.close, func() { r.Close() })
	o.Compression = strings.TrimPrefix(o.Compression+", zip", ", ")
	o.source, o.inside = r, f.Name
	return o.fill(sampleSize)
}

// onlyFile returns the only file of an archive, those that systems add not counted.
func onlyFile(z *zip.Reader) (*zip.File, error) {
	var files []*zip.File
	var names []string
	for _, f := range z.File {
		if f.FileInfo().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") || path.Base(f.Name) == ".DS_Store" {
			continue
		}
		if files = append(files, f); len(names) < 5 {
			names = append(names, fmt.Sprintf("%q", f.Name))
		} else if len(names) == 5 {
			names = append(names, "…")
		}
	}
	switch {
	case len(files) == 0:
		return nil, &Error{Msg: "is a zip file with nothing in it"}
	case len(files) > 1:
		return nil, &Error{Msg: fmt.Sprintf("is a zip file of %d files: %s", len(files), strings.Join(names, ", ")),
			Hint: "unpack it, and name the one to read"}
	case files[0].Flags&1 != 0:
		return nil, &Error{Msg: "is an encrypted zip file", Hint: "unpack it first, with its password"}
	}
	return files[0], nil
}
