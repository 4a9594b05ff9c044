package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/urfave/cli/v2"
)

// inputOptions reads the flags that overrule detection.
func inputOptions(c *cli.Context) (o rows.Options, err error) {
	o.Format = rows.Format(strings.ToLower(c.String("format")))
	if o.Format != "" && !slices.Contains([]rows.Format{rows.CSV, rows.JSONL, rows.Array, rows.XLSX}, o.Format) {
		return o, usage(fmt.Sprintf("--format is %q", c.String("format")), "it is csv, jsonl, json or xlsx")
	}
	if name := c.String("encoding"); name != "" {
		if o.Encoding, err = rows.EncodingByName(name); err != nil {
			return o, usage("--encoding: "+err.Error(), "it is "+rows.EncodingNames)
		}
	}
	switch d := c.String("delimiter"); {
	case d == "":
	case d == "tab" || d == `\t`:
		o.Delimiter = '\t'
	case len(d) == 1 && rows.CanDelimit(d[0]):
		o.Delimiter = d[0]
	default:
		return o, usage(fmt.Sprintf("--delimiter is %q", d), "it is one ASCII character that is no letter, digit or quote, or tab")
	}
	o.Sheet = c.String("sheet")
	return o, columnOptions(c, &o)
}

// columnOptions reads the flags for inputs without a header.
func columnOptions(c *cli.Context, o *rows.Options) error {
	switch header := strings.ToLower(c.String("header")); {
	case header == "none":
		o.NoHeader = true
	case header != "first":
		return usage(fmt.Sprintf("--header is %q", c.String("header")), "it is first or none")
	case c.IsSet("columns"):
		return usage("--columns names the columns of files without a header", "say --header none too; to rename columns, use the mapping")
	}
	if !c.IsSet("columns") {
		return nil
	}
	names, err := csv.NewReader(strings.NewReader(c.String("columns"))).Read() // so that a name may hold a comma
	if err != nil {
		return usage(fmt.Sprintf("--columns is %q", c.String("columns")), "it is the columns' names, between commas")
	}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		switch {
		case names[i] == "":
			return usage(fmt.Sprintf("--columns gives column %d no name", i+1), "")
		case slices.Contains(names[:i], names[i]):
			return usage(fmt.Sprintf("--columns has %q twice", names[i]), "call one of them otherwise; what the mapping does not name is dropped")
		}
	}
	o.Columns = names
	return nil
}
