package rows

import (
	"bytes"
	"cmp"
	"io"
	"regexp"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// page is how pages begin that are saved in place of a table.
var page = regexp.MustCompile(`(?i)^<(!doctype|html|\?xml)\b`)

// recognise settles format, delimiter and columns.
func (in *Input) recognise() error {
	text := bytes.TrimLeft(in.carry, " \t\r\n")
	if page.Match(text[:min(len(text), 64)]) {
		return &Error{Name: in.Name, Msg: "is a page or a document in HTML or XML, not a table", Hint: "was it saved where one has to log in? download the table itself"}
	}
	in.Stored = in.options.Format
	if in.Stored == "" {
		in.Stored = formatByName(cmp.Or(in.inside, in.Path))
	}
	if in.Stored == "" {
		in.Stored = formatByContent(text)
	}
	in.Format = in.Stored.Rows()
	switch in.Stored {
	case XLSX:
		return &Error{Name: in.Name, Msg: "is not an Excel workbook (.xlsx)", Hint: "leave out --format xlsx, or save it as one"}
	case Array:
		return in.array()
	case JSONL:
		if in.options.Format == "" && spread(text, in.ended) {
			return &Error{Name: in.Name, Msg: "is a JSON object over several lines, and not one of each row",
				Hint: "put each row's object on a line of its own: jq -c . " + in.Path + ", or jq -c '.data[]' for the elements of an array inside"}
		}
		in.first = in.at
		return in.names()
	}
	in.separatorLine()
	if in.Delimiter == 0 {
		in.Delimiter = detectDelimiter(in.carry)
	}
	return in.header()
}

// decompress puts a decompressor behind the source if head asks for one.
func (in *Input) decompress(head []byte, ended bool) error {
	raw := io.Reader(bytes.NewReader(head))
	if !ended {
		raw = io.MultiReader(raw, in.source)
	}
	in.source = raw
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(raw)
		if err != nil {
			return &Error{Name: in.Name, Msg: "is not a sound gzip file", Err: err}
		}
		in.Compression, in.source = "gzip", z
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		z, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return &Error{Name: in.Name, Msg: "is not a sound zstd file", Err: err}
		}
		in.Compression, in.source, in.close = "zstd", z, z.Close
	}
	return nil
}

// maxWindow bounds the memory that a zstd file may ask for.
const maxWindow = 128 << 20
