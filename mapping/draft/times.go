package draft

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// dates takes dates in words and digits. If day and month can be exchanged in all of
// them, the rest of the file decides.
func (c *choice) dates() bool {
	if c.in.Format == rows.JSONL && !c.only(rows.Text) {
		return false
	}
	if c.shownAsDates() && c.moments() { // layout excel also reads the numbers of older workbooks
		return true
	}
	fit := c.best(formDate, 8)
	if len(fit) == 0 {
		return false
	}
	t, other := fit[0], exchanged(fit)
	if other != nil {
		order := "day"
		if c.style.monthFirst {
			t, other, order = other, t, "month"
		}
		c.check("%s is read with the %s first, but the values fit both orders; the other one is layout: %q", c.first, order, other.layout())
	}
	c.take(t)
	if t.earliest < convert.Earliest {
		c.note("dates before 1990, so range: any")
	} else if t.latest > lastDrafted {
		c.note("dates far in the future, so range: any")
	}
	if strings.Contains(t.layout(), "%y") {
		c.shortYears(t)
	}
	return true
}

// shortYears says how years of two digits are read, and asks about those that would be
// after today.
func (c *choice) shortYears(t *trial) {
	before := t.earliest < convert.Earliest || t.latest > lastDrafted // range: any
	are := "are"
	if t.ahead == 1 {
		are = "is"
	}
	of := fmt.Sprintf("%d of %d dates %s", t.ahead, c.values-t.fails, are)
	switch year := time.Unix(t.latest, 0).UTC().Year(); {
	case before && t.ahead > 0:
		c.check("%s read as of the last century, such as %d, because two-digit years are of the hundred years up to today: for later dates, export the file again with years of four digits", of, year-100)
	case before:
		c.note("two-digit years are of the hundred years up to the run")
	case t.ahead > 0:
		c.check("%s after today, up to the year %d, because two-digit years from 00 to 68 are read as 2000 to 2068: for birthdays, write range: any", of, year)
	default:
		c.note("two-digit years: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068")
	}
}

// moments takes dates that are numbers, if the name, or the format of a workbook's
// cells, says that they are dates.
func (c *choice) moments() bool {
	if c.in.Format == rows.JSONL && !c.only(rows.Number) {
		return false
	}
	shown := c.shownAsDates()
	fit := c.best(formMoment, 0)
	if len(fit) == 0 || !c.hint.dated && !shown || c.in.Format == rows.JSONL && fit[0].layout() == convert.Excel {
		return false
	}
	c.take(fit[0])
	if fit[0].layout() == convert.Excel && !shown {
		c.check("numbers in the range of a spreadsheet's dates; if they are amounts, write type: number")
	}
	return true
}

// shownAsDates reports whether a workbook shows the column as dates.
func (c *choice) shownAsDates() bool {
	return c.index < len(c.in.DateColumns) && c.in.DateColumns[c.index]
}

// when takes the times of events.
func (c *choice) when() bool {
	if !c.dates() && !c.moments() && !c.unixOrISO() {
		return false
	}
	c.finish()
	return true
}

// unixOrISO takes columns with both, which the timestamp of an event may have.
func (c *choice) unixOrISO() bool {
	fit := c.best(formEither, 5)
	return len(fit) > 0 && (c.only(rows.Text) || c.only(rows.Number)) && c.take(fit[0])
}

// fineUnix asks about unix time in microseconds or nanoseconds.
func (c *choice) fineUnix() bool {
	n, same := c.digits()
	unit, divisor := "microseconds", "1000000"
	if n == 19 {
		unit, divisor = "nanoseconds", "1000000000"
	}
	if !c.hint.dated || !same || n != 16 && n != 19 {
		return false
	}
	c.check("numbers in the range of unix time in %s; as dates: {expr: %s, type: timestamp, layout: unix}", unit, yamlText("int(int($env["+strconv.Quote(c.name)+"]) / "+divisor+")"))
	return true
}

// nearlyDates warns about dates that stay text.
func (c *choice) nearlyDates() {
	if fit := c.best(formDate, 2); len(fit) == 0 {
		if c.hint.dated && c.column.dates*2 > c.values {
			c.check("dates by their name, but no layout reads them: they are sent as text, which matches no date condition")
		}
	} else {
		c.check("%d of %d values are dates, but all are sent as text: fix the others, or write %s", c.values-fit[0].fails, c.values, fit[0].options())
	}
}

// trueOrFalse takes words for true and false. Only the name says whether 1 and 0 are
// such words.
func (c *choice) trueOrFalse() bool {
	fit := c.best(formWords, 8)
	if len(fit) == 0 {
		return false
	}
	word := fit[0].rule.True[0]
	certain := c.hint.yesNo || c.people.Distinct() > 1 || slices.Contains([]string{"yes", "true"}, word)
	if !certain || word == "1" && !c.hint.yesNo {
		return false
	}
	if word == "1" {
		c.note("1 and 0 are read as true and false because of the name")
	}
	return c.take(fit[0])
}

// crosses takes columns whose cells are either crossed or empty.
func (c *choice) crosses() bool {
	if c.values == 0 || c.marked < c.values || c.people.Distinct() > 1 || len(c.absent) > 0 || c.filled == c.good() || c.firstMark == "" {
		return false
	}
	c.typ = convert.Boolean
	c.options = `type: boolean, true: [` + yamlText(c.firstMark) + `], false: ["no"], default: "no"`
	c.check("an empty cell is sent as false; without default it is not sent")
	return true
}
