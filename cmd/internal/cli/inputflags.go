package cli

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/rows/charset"
)

// inputOptions override what was detected of a file.
type inputOptions struct {
	Format, Delimiter, Encoding, Sheet, Header, Columns, HiddenRows string // as they were given

	read rows.Options // what they come to
}

func (o *inputOptions) flags() []command.Flag {
	o.Header = "first"
	return []command.Flag{
		{Name: "input-format", Value: "csv|jsonl|json|xlsx", Part: partInput, Into: command.Parsed(&o.Format, o.parseFormat), Usage: "override the detected input format; json is an array of objects"},
		{Name: "delimiter", Value: "CHARACTER", Part: partInput, Into: command.Parsed(&o.Delimiter, o.parseDelimiter), Usage: "override the detected delimiter of CSV; tab is a word for it"},
		{Name: "encoding", Value: "NAME", Known: strings.Split(charset.Names, ", "), Part: partInput, Into: command.Parsed(&o.Encoding, o.parseEncoding), Usage: "override the detected text encoding, for example windows-1252"},
		{Name: "sheet", Value: "NAME|N", Part: partInput, Into: command.Parsed(&o.Sheet, o.parseSheet), Usage: "the sheet of a workbook (default: the first visible one)"},
		{Name: "header", Value: "first|none|N", Part: partInput, Into: command.Parsed(&o.Header, o.parseHeader), Usage: "the row of the header, after titles; none if there is no header"},
		{Name: "hidden-rows", Value: "include|skip", Part: partInput, Into: command.Parsed(&o.HiddenRows, o.parseHiddenRows), Usage: "what to do with the hidden rows of a workbook (default include; deletes require a choice)"},
		{Name: "columns", Value: "NAMES", Part: partInput, Into: command.Parsed(&o.Columns, o.parseColumns), Usage: "with --header none: the column names, separated by commas (default c1,c2,…)"},
	}
}

// options returns how to read files.
func (o *inputOptions) options() (rows.Options, error) {
	if len(o.read.Columns) > 0 && !o.read.NoHeader {
		return o.read, exit.Usage("--columns names the columns of files without a header", "add --header none; to rename columns, use the mapping")
	}
	return o.read, nil
}

func (o *inputOptions) parseFormat(text string) (accepted string) {
	format := rows.Format(strings.ToLower(text))
	if !slices.Contains([]rows.Format{rows.CSV, rows.JSONL, rows.Array, rows.XLSX}, format) {
		return "it is csv, jsonl, json or xlsx"
	}
	o.read.Format = format
	return ""
}

func (o *inputOptions) parseDelimiter(text string) (accepted string) {
	switch {
	case text == "tab" || text == `\t`:
		o.read.Delimiter = '\t'
	case len(text) == 1 && rows.CanDelimit(text[0]):
		o.read.Delimiter = text[0]
	default:
		return "it is tab, or one ASCII character that is not a letter, a digit or a quote"
	}
	return ""
}

func (o *inputOptions) parseEncoding(text string) (accepted string) {
	encoding, err := charset.ByName(text)
	if err != nil {
		return "it is one of " + charset.Names + ", or another name of the WHATWG"
	}
	o.read.Encoding = encoding
	return ""
}

func (o *inputOptions) parseSheet(text string) (accepted string) {
	o.read.Sheet = text
	return ""
}

func (o *inputOptions) parseHeader(text string) (accepted string) {
	switch strings.ToLower(text) {
	case "first":
		o.read.NoHeader = false
	case "none":
		o.read.NoHeader = true
	default:
		row, err := strconv.Atoi(text)
		if err != nil || row < 1 || row > 1_000_000 {
			return "it is first, none or the number of the row that the header is in"
		}
		o.read.HeaderRow = row
	}
	return ""
}

func (o *inputOptions) parseHiddenRows(text string) (accepted string) {
	o.read.Hidden = rows.HiddenRows(strings.ToLower(text))
	if o.read.Hidden != rows.IncludeHidden && o.read.Hidden != rows.SkipHidden {
		return "it is include or skip"
	}
	return ""
}

func (o *inputOptions) parseColumns(text string) (accepted string) {
	names, err := csv.NewReader(strings.NewReader(text)).Read() // so that a name may hold a comma
	if err != nil {
		return "it is the names of the columns, separated by commas"
	}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		switch {
		case names[i] == "":
			return fmt.Sprintf("column %d has no name", i+1)
		case slices.Contains(names[:i], names[i]):
			return fmt.Sprintf("%q appears twice; a column that the mapping does not name is dropped", names[i])
		}
	}
	o.read.Columns = names
	return ""
}
