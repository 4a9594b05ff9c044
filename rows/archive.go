package rows

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"sync/atomic"
)

// maxSpooled bounds the disk that a compressed archive may take.
const maxSpooled = 4 << 30

// foreign are the files that people try and that are not read, by how they begin.
var foreign = []struct{ magic, msg, hint string }{
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel workbook (.xls), or one with a password", "open it in a spreadsheet and save it as .xlsx without a password, or as CSV UTF-8"},
	{"%PDF-", "is a PDF", "ask for the table itself, as a workbook or CSV"},
	{"PK\x05\x06", "is an empty zip file", ""},
	{"PK\x07\x08", "is a part of a split zip file", "join the parts first: zip -s 0 split.zip --out whole.zip"},
	{"\x1f\x8b", "is compressed twice", "unpack it first"},
	{"\x28\xb5\x2f\xfd", "is compressed twice", "unpack it first"},
	{"BZh", "is compressed with bzip2", "unpack it, or pipe it: bzcat FILE | ciobulk … -"},
	{"\xfd7zXZ\x00", "is compressed with xz", "unpack it, or pipe it: xzcat FILE | ciobulk … -"},
	{"7z\xbc\xaf\x27\x1c", "is a 7z archive", "unpack it first"},
	{"Rar!", "is a RAR archive", "unpack it first"},
}

// otherArchives are zip files that are not meant to be unpacked, by what is in them.
var otherArchives = []struct{ member, msg string }{
	{"META-INF/manifest.xml", "is an OpenDocument file (.ods)"},
	{"Index/Document.iwa", "is a Numbers document"},
}

// unpack looks into a zip file, which may be a workbook, and refuses what is no
// text.
func (in *Input) unpack() error {
	for depth := 0; strings.HasPrefix(string(in.carry[:min(len(in.carry), 4)]), "PK\x03\x04"); depth++ {
		z, err := in.archive()
		if err != nil {
			return err
		}
		if findMember(z, "[Content_Types].xml") != nil {
			return in.workbook(z)
		}
		for _, f := range otherArchives {
			if findMember(z, f.member) != nil {
				return &Error{Name: in.Name, Msg: f.msg, Hint: "save its table as .xlsx or as CSV UTF-8"}
			}
		}
		if depth > 0 {
			return &Error{Name: in.Name, Msg: "is a zip file inside a zip file", Hint: "unpack it first"}
		}
		if err := in.member(z); err != nil {
			return err
		}
	}
	for _, f := range foreign {
		if strings.HasPrefix(string(in.carry[:min(len(in.carry), 8)]), f.magic) {
			return &Error{Name: in.Name, Msg: f.msg, Hint: f.hint}
		}
	}
	return nil
}

// archive opens the input as a zip file. That needs any part of it at any time: a
// stream is kept in a private temporary file without a name.
func (in *Input) archive() (*zip.Reader, error) {
	file, size := in.file, in.Size
	if in.file == nil || in.Size < 0 || in.Compression != "" {
		f, n, err := in.spool()
		if err != nil {
			return nil, err
		}
		file, size = f, n
	}
	in.read.Store(0)
	z, err := zip.NewReader(countingAt{file, &in.read}, size)
	if err != nil {
		return nil, &Error{Name: in.Name, Msg: "is not a sound zip file or workbook", Err: err, Hint: "was it copied whole?"}
	}
	return z, nil
}

// spool keeps what is left of the input in a temporary file, which is gone when
// the input is closed.
func (in *Input) spool() (*os.File, int64, error) {
	f, err := os.CreateTemp("", "ciobulk-") // 0600
	if err != nil {
		return nil, 0, &Error{Name: in.Name, Msg: "cannot be kept for reading", Err: cause(err)}
	}
	_ = os.Remove(f.Name()) // where an open file keeps its name, close removes it
	before := in.close
	in.close = func() { before(); f.Close(); _ = os.Remove(f.Name()) }
	n, err := f.Write(in.carry)
	size := int64(n)
	if err == nil && !in.ended {
		var more int64
		more, err = io.Copy(f, io.LimitReader(in.source, maxSpooled-size+1))
		size += more
	}
	if err != nil {
		return nil, 0, &Error{Name: in.Name, Msg: "cannot be kept for reading", Err: cause(err)}
	}
	if size > maxSpooled {
		return nil, 0, &Error{Name: in.Name, Msg: fmt.Sprintf("holds an archive of more than %d GiB", maxSpooled>>30), Hint: "unpack it first"}
	}
	return f, size, nil
}

// member puts the only file of an archive in the input's place.
func (in *Input) member(z *zip.Reader) error {
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
		return &Error{Name: in.Name, Msg: "is a zip file with nothing in it"}
	case len(files) > 1:
		return &Error{Name: in.Name, Msg: fmt.Sprintf("is a zip file of %d files: %s", len(files), strings.Join(names, ", ")),
			Hint: "unpack it, and name the one to read"}
	case files[0].Flags&1 != 0:
		return &Error{Name: in.Name, Msg: "is an encrypted zip file", Hint: "unpack it first, with its password"}
	}
	r, err := files[0].Open()
	if err != nil {
		hint := ""
		if errors.Is(err, zip.ErrAlgorithm) {
			hint = "unpack it, or pack it anew with gzip"
		}
		return &Error{Name: in.Name, Msg: fmt.Sprintf("%q in it cannot be unpacked", files[0].Name), Err: err, Hint: hint}
	}
	before := in.close
	in.close = func() { r.Close(); before() }
	in.Compression = strings.TrimPrefix(in.Compression+", zip", ", ")
	in.source, in.inside = r, files[0].Name
	in.carry, in.ended, err = in.sample(sampleSize)
	return err
}

func findMember(z *zip.Reader, name string) *zip.File {
	for _, f := range z.File {
		if strings.EqualFold(strings.TrimPrefix(f.Name, "/"), name) {
			return f
		}
	}
	return nil
}

// countingAt counts the bytes that are read anywhere.
type countingAt struct {
	r io.ReaderAt
	n *atomic.Int64
}

func (c countingAt) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.r.ReadAt(p, at)
	c.n.Add(int64(n))
	return n, err
}
