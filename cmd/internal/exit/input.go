package exit

import (
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/rows/charset"
)

// inputHint says what to do about an input that cannot be read.
func inputHint(e *rows.Error) string {
	switch e.Kind {
	case rows.NotText, rows.UnclearEncoding, rows.UnreadableHeader:
		return encodingHint(e)
	case rows.NotWorkbook, rows.IsWorkbook, rows.NoSuchSheet, rows.EmptySheet:
		return workbookHint(e)
	case rows.Moved:
		return "give the same input again, or start again with --restart"
	case rows.NotArray, rows.FormatDiffers:
		if e.Found == "" {
			return "a JSONL file has a JSON object on each line"
		}
		return "name the format that it has: --input-format " + string(e.Found)
	case rows.UnsplitRow:
		return "fix it, or name the columns: --columns a,b,c"
	case rows.ColumnCount:
		return "--columns names each column once, in the order of the file"
	case rows.NoHeaderRow:
		return "name the row of the file or sheet that has the column names: --header N"
	case rows.OtherColumns:
		return "leave --columns out, or correct it"
	case rows.Spread:
		return "put each row's object on a line of its own: jq -c . " + ui.ShellLine([]string{e.Path}) + ", or jq -c '.data[]' for the elements of an array inside"
	case rows.Wrapped:
		return fmt.Sprintf("extract them: jq -c '.[%q][]' %s", e.Inside, ui.ShellLine([]string{e.Path}))
	case rows.LoneReturns:
		return `convert the file: tr '\r' '\n' < ` + ui.ShellLine([]string{e.Path})
	}
	return e.Hint
}

func workbookHint(e *rows.Error) string {
	switch e.Kind {
	case rows.NotWorkbook:
		return "leave --input-format xlsx and --sheet out, or save it as a workbook"
	case rows.IsWorkbook:
		return "leave --input-format out"
	case rows.EmptySheet:
		return "name another sheet: --sheet NAME; there are " + sheetNames(e.Sheets)
	}
	return "its sheets are " + sheetNames(e.Sheets)
}

func sheetNames(sheets []rows.Sheet) string {
	var names []string
	for i, s := range sheets {
		name := fmt.Sprintf("%d %q", i+1, s.Name)
		if s.Hidden {
			name += " (hidden)"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// encodingHint shows how the text reads in the encodings that it may have.
func encodingHint(e *rows.Error) string {
	var read []string
	for _, c := range e.Candidates {
		read = append(read, fmt.Sprintf("%s %q", c.Encoding, c.Sample))
	}
	if len(read) > 0 {
		return fmt.Sprintf("choose the encoding that reads well: --encoding %s (%s)", e.Candidates[0].Encoding, strings.Join(read, ", "))
	}
	if e.Kind == rows.UnreadableHeader && e.Encoding == charset.UTF8 {
		return "name the encoding of the file: --encoding windows-1252"
	}
	return "save it as CSV UTF-8, or name its encoding: --encoding NAME"
}
