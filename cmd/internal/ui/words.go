package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
)

// Grouped writes a number with commas between its thousands.
func Grouped(n int64) string { return humanize.Comma(n) }

// Counted writes how many there are of what, a noun in the singular: 1 row, 2 rows,
// 3 retries, 4 people.
func Counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return Grouped(n) + " " + Plural(what)
}

// Plural is the plural of a noun, or of two with or between them.
func Plural(what string) string {
	if one, other, ok := strings.Cut(what, " or "); ok {
		return Plural(one) + " or " + Plural(other)
	}
	if stem, ok := strings.CutSuffix(what, "person"); ok {
		return stem + "people"
	}
	if stem, ok := strings.CutSuffix(what, "y"); ok {
		return stem + "ies"
	}
	return what + "s"
}

// Size writes bytes in the unit that suits them, with two digits.
func Size(n int64) string {
	if n < 1000 {
		return Counted(n, "byte")
	}
	return humanize.Bytes(uint64(n))
}

// Took writes seconds as a duration: to the millisecond below a minute, and to the
// second above.
func Took(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d > time.Minute {
		return d.Round(time.Second).String()
	}
	return d.Round(time.Millisecond).String()
}

// AtLeast writes seconds that may become more.
func AtLeast(seconds float64) string {
	if seconds < 1 {
		return "less than a second"
	}
	return "at least " + Took(seconds)
}

// Names joins the first few names, each in quotes.
func Names(names []string) string {
	const most = 5
	var quoted []string
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, strconv.Quote(name))
	}
	if len(names) > most {
		quoted = append(quoted, fmt.Sprintf("and %s more", Grouped(int64(len(names)-most))))
	}
	return strings.Join(quoted, ", ")
}

// OpenQuestions says how many questions a draft leaves.
func OpenQuestions(n int) string {
	switch n {
	case 0:
		return "no open questions"
	case 1:
		return "1 open question, marked CHECK"
	}
	return fmt.Sprintf("%d open questions, marked CHECK", n)
}
