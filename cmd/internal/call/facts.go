package call

import (
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/rows"
)

// facts are what an input was found to be, in words.
func facts(in *rows.Input) (words []string) {
	if in.Compression != "" {
		words = append(words, in.Compression)
	}
	switch in.Stored {
	case rows.CSV:
		words = append(words, delimiterName(in.Delimiter), encodingName(in))
		if in.CRLF {
			words = append(words, "CRLF")
		}
	case rows.XLSX:
		words = append(words, "xlsx", fmt.Sprintf("sheet %q", in.Sheet))
	case rows.Array:
		words = append(words, "json array", encodingName(in))
	default:
		words = append(words, "jsonl", encodingName(in))
	}
	if in.Format == rows.CSV {
		words = append(words, map[bool]string{true: "no header", false: "header"}[in.NoHeader], ui.Counted(int64(len(in.Columns)), "column"))
	}
	return words
}

// ReadAs is everything that turns a file's bytes into rows. A run is resumed only if
// it is the same.
func ReadAs(in *rows.Input) string {
	words := facts(in)
	if in.NoHeader {
		words = append(words, string(in.Header))
	}
	if in.HeaderRow > 0 {
		words = append(words, fmt.Sprintf("header in row %d", in.HeaderRow))
	}
	if in.SkipsHidden {
		words = append(words, "without hidden rows")
	}
	return strings.Join(words, ", ")
}

func encodingName(in *rows.Input) string {
	if in.BOM {
		return string(in.Encoding) + " with a byte order mark"
	}
	return string(in.Encoding)
}

func delimiterName(d byte) string {
	if name := map[byte]string{',': "comma", ';': "semicolon", '\t': "tab", '|': "pipe"}[d]; name != "" {
		return name
	}
	return fmt.Sprintf("delimiter %q", d)
}

// attributes are the same facts for logs.
func attributes(in *rows.Input) []any {
	a := []any{"input", in.Name, "format", in.Stored}
	add := func(name string, value any, there bool) {
		if there {
			a = append(a, name, value)
		}
	}
	add("compression", in.Compression, in.Compression != "")
	add("sheet", in.Sheet, in.Stored == rows.XLSX)
	add("delimiter", delimiterName(in.Delimiter), in.Stored == rows.CSV)
	add("encoding", in.Encoding, in.Encoding != "")
	add("byte_order_mark", true, in.BOM)
	add("crlf", true, in.CRLF)
	add("header", !in.NoHeader, in.Format == rows.CSV)
	add("columns", len(in.Columns), in.Format == rows.CSV)
	return a
}
