package jobs

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/mapping/document"
	"github.com/ciobulk/ciobulk/rows"
)

// guards are what must hold for the input of a step before anything is sent. An empty
// input is always refused.
type guards struct {
	maxAge     time.Duration // since a file was last written to; 0: any
	minRows    int64
	shrink     float64 // percent of the rows of the last run that finished; negative: any
	allowEmpty bool
}

// read returns what reads the key input.
func (g *guards) read(fromCommand bool) func(document.Node) error {
	g.shrink = -1
	return func(n document.Node) error {
		return n.Fields("input", "{max-age: 26h, min-rows: 1000, max-shrink: 20%}", []document.Field{
			{Name: "max-age", Read: func(n document.Node) error {
				if fromCommand {
					return n.Errorf("take it away", "the output of a command has no age")
				}
				return age(&g.maxAge)(n)
			}},
			{Name: "min-rows", Read: func(n document.Node) error { return set(n, command.Whole(&g.minRows, 1, 1<<62, "a number of rows")) }},
			{Name: "max-shrink", Read: g.readShrink},
		})
	}
}

func set(n document.Node, kind command.Kind) error {
	var text string
	if err := n.Filled(&text); err != nil {
		return err
	}
	if accepted := kind.Set(text); accepted != "" {
		return n.Errorf(accepted, "%s is not accepted here", n.Shown())
	}
	return nil
}

func (g *guards) readShrink(n document.Node) error {
	var text string
	if err := n.Filled(&text); err != nil {
		return err
	}
	number, isShare := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(number, 64)
	if err != nil || !isShare || !(percent >= 0 && percent <= 100) {
		return n.Errorf("it is a percentage such as 20%", "max-shrink is %s", n.Shown())
	}
	g.shrink = percent
	return nil
}

// refused is a guard that does not hold.
func refused(msg string) error {
	return exit.New(exit.Budget, msg+"; nothing was sent", "check the input; ciobulk run JOB.yaml --only STEP runs a step alone once it is right")
}

// age checks how old files are. note is told of the oldest.
func (g *guards) age(files []string, now time.Time, note noted) error {
	if g.maxAge == 0 {
		return nil
	}
	paths, err := rows.Expand(files)
	if err != nil {
		return err
	}
	oldest, at := time.Duration(0), ""
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if old := now.Sub(info.ModTime()); at == "" || old > oldest {
			oldest, at = old, path
		}
	}
	limit := command.Age(&g.maxAge).Text()
	note("max-age", limit, oldest.Round(time.Second).String())
	if oldest > g.maxAge {
		return refused(fmt.Sprintf("%s was written %s ago, and max-age is %s", at, oldest.Round(time.Second), limit))
	}
	return nil
}

// noted is told what a guard has found.
type noted func(name, limit, found string)

// rows checks how many rows there are. last is how many the last run had that
// finished, 0 if there was none.
func (g *guards) rows(n, last int64, note noted) error {
	found := ui.Counted(n, "row")
	if !g.allowEmpty {
		note("empty", "refused", found)
	}
	if g.minRows > 0 {
		note("min-rows", ui.Grouped(g.minRows), found)
	}
	less := 100 * (1 - float64(n)/float64(max(last, 1)))
	if g.shrink >= 0 {
		shrunk := found + ", none before"
		if last > 0 {
			shrunk = fmt.Sprintf("%s, %s before: %.1f %% less", found, ui.Grouped(last), max(less, 0))
		}
		note("max-shrink", fmt.Sprintf("%g%%", g.shrink), shrunk)
	}
	switch {
	case n == 0 && !g.allowEmpty:
		return refused("the input has no rows")
	case n < g.minRows:
		return refused(fmt.Sprintf("the input has %s, and min-rows is %s", found, ui.Grouped(g.minRows)))
	case g.shrink >= 0 && float64(n) < float64(last)*(1-g.shrink/100):
		return refused(fmt.Sprintf("the input has %s, the last one had %s: that is %.1f %% less, and max-shrink is %g%%", found, ui.Grouped(last), less, g.shrink))
	}
	return nil
}
