package cli

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/rows"
)

// candidate is a column that could identify people.
type candidate struct {
	match                  string // what --match would be
	column                 string
	rows, filled, distinct int
	email                  int // values that look like an email address
}

// sampled is how many rows are read to find candidates.
const sampled = 10_000

// chooseMatch asks, at a terminal, which column of a file identifies people. Scripts get
// the flags to choose from. Nothing is chosen by the values of a column alone.
func chooseMatch(ctx context.Context, p *call.Program, path string, options rows.Options, v verbs.Verb) (match string, err error) {
	const msg = "no mapping and no --match: cannot tell how to identify people"
	hint := "give -m FILE (ciobulk init drafts one), or --match FIELD[=COLUMN], where FIELD is " + v.Matches()
	found := candidates(path, options, v.Action.Columns())
	if len(found) == 0 {
		return "", exit.Usage(msg, hint)
	}
	_, asked := ui.Terminal(p.In)
	_, seen := ui.Terminal(p.Err)
	if !asked || !seen {
		var flags []string
		for _, c := range found {
			flags = append(flags, fmt.Sprintf("%s (%s)", ui.ShellLine([]string{"--match", c.match}), c.facts()))
		}
		return "", exit.Usage(msg, "columns that could identify people: "+strings.Join(flags, ", ")+"; or give -m FILE")
	}
	table := ui.Table{Indent: 2, Right: []bool{true}}
	for i, c := range found {
		table.Add(strconv.Itoa(i+1), strconv.Quote(c.column), c.facts(), "--match "+c.match)
	}
	fmt.Fprintf(p.Err, "\nWhich column identifies people?\n%s", ui.Safe(table.String()))
	ctx, stop := call.Interrupted(ctx)
	defer stop()
	typed, err := ui.Ask(ctx, nil, importer.ErrInterrupted, p.In, p.Err, fmt.Sprintf("Type a number from 1 to %d: ", len(found)))
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 || n > len(found) {
		return "", exit.Usage(fmt.Sprintf("%q is not a number from 1 to %d; nothing was sent", typed, len(found)), "")
	}
	return found[n-1].match, nil
}

// facts says how well a column identifies people.
func (c candidate) facts() string {
	return fmt.Sprintf("%s of %s filled, %s different", ui.Grouped(int64(c.filled)), ui.Grouped(int64(c.rows)), ui.Grouped(int64(c.distinct)))
}

// candidates are the columns of a file with a header whose values are mostly there and
// mostly different, those of email addresses first, and those that are taken for something
// else left out. A file that cannot be read has none:
// the run says what is wrong with it.
func candidates(path string, options rows.Options, taken []string) (found []candidate) {
	in, err := rows.Open(path, options)
	if err != nil || path == "-" || in.Size < 0 || len(in.Columns) == 0 {
		return nil
	}
	defer in.Close()
	var ids []candidate
	for _, c := range columnFacts(in) {
		switch {
		case slices.Contains(taken, c.column):
		case c.rows == 0 || c.filled*10 < c.rows*8 || c.distinct*10 < c.filled*9:
		case c.email*10 >= c.filled*8:
			c.match = "email=" + c.column
			found = append(found, c)
		default:
			c.match = "id=" + c.column
			ids = append(ids, c)
		}
	}
	return append(found, ids[:min(len(ids), 5)]...)
}

// columnFacts counts the values of the first rows, by column.
func columnFacts(in *rows.Input) []candidate {
	all := make([]candidate, len(in.Columns))
	seen := make([]map[string]bool, len(all))
	names := make([]string, len(all))
	for i, c := range in.Columns {
		all[i].column, names[i], seen[i] = c.Name, c.Name, make(map[string]bool)
	}
	parser := in.Parser(names)
	var b rows.Block
	for n := 0; n < sampled && in.Next(&b, sampled, 1<<20) == nil; n += b.Len() {
		for r := range b.Len() {
			row := parser.Row(&b, r)
			for i := range min(len(all), len(row.Cells)) {
				value := bytes.TrimSpace(row.Cells[i].Text)
				all[i].rows++
				if len(value) == 0 {
					continue
				}
				all[i].filled++
				seen[i][string(value)] = true
				if at := bytes.IndexByte(value, '@'); at > 0 && bytes.IndexByte(value[at:], '.') > 0 {
					all[i].email++
				}
			}
		}
	}
	for i := range all {
		all[i].distinct = len(seen[i])
	}
	return all
}
