package ui

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/readback"
	"github.com/ciobulk/ciobulk/rows"
)

// ReadBack is what verify prints. It has no personal data: that is in the file.
type ReadBack struct {
	*readback.Result
	File     string `json:"differs_file,omitempty"` // of the rows of those who differ
	Sentence string `json:"sentence"`               // as Say says it

	Absent bool   `json:"-"` // the people must not be there
	Next   string `json:"-"` // the command that shows what the rows would send; may be empty
}

// Lines are the counts as CSV.
func (v ReadBack) Lines() [][]string {
	lines := [][]string{{"verdict", "attribute", "why", "people"}}
	for _, c := range []struct {
		verdict string
		n       int64
	}{{"same", v.Same}, {"late", v.Late}, {"differs", v.Differs}, {"missing", v.Missing}} {
		lines = append(lines, []string{c.verdict, "", "", strconv.FormatInt(c.n, 10)})
	}
	for _, c := range v.Attributes {
		lines = append(lines, []string{"differs", c.Attribute, c.Why, strconv.FormatInt(c.People, 10)})
	}
	for _, c := range v.Reasons {
		lines = append(lines, []string{"reason", "", c.Why, strconv.FormatInt(c.People, 10)})
	}
	return lines
}

// String is what a person reads: a table and a sentence. It has no personal data: that is in the file.
func (v ReadBack) String() string {
	t := Table{Right: []bool{false, true}, Min: []int{12, 11}}
	t.Add("people", Grouped(v.People))
	t.Add("read back", Grouped(v.ReadBack))
	t.Add("  same", Grouped(v.Same))
	t.Add("  differs", Grouped(v.Differs))
	t.Add("  missing", Grouped(v.Missing))
	var b strings.Builder
	b.WriteString(t.String())
	if v.Late > 0 {
		fmt.Fprintf(&b, "late: %s differed at first, and are right now\n", Counted(v.Late, "person"))
	}
	if v.Rejected > 0 {
		fmt.Fprintf(&b, "not compared: %s that the mapping rejects, see ciobulk plan\n", Counted(v.Rejected, "row"))
	}
	v.differences(&b)
	fmt.Fprintf(&b, "\n%s\n", v.Sentence)
	if v.File != "" {
		fmt.Fprintf(&b, "the rows of those who differ: %s\n", rows.Printable(v.File))
	}
	if v.Next != "" {
		fmt.Fprintf(&b, "to see what they would send:\n  %s\n", v.Next)
	}
	return b.String()
}

// Short reports whether some differ or are missing; a nil one has none.
func (v *ReadBack) Short() bool { return v != nil && v.Differs+v.Missing > 0 }

// after writes what the end of a run says.
func (v *ReadBack) after(b *strings.Builder) {
	if v.Short() && !v.Absent {
		fmt.Fprintf(b, "\naccepted but not applied: %s\n", Counted(v.Differs+v.Missing, "person"))
		v.differences(b)
	}
	fmt.Fprintf(b, "\n%s\n", v.Sentence)
	if v.File != "" {
		fmt.Fprintf(b, "the rows of those who differ: %s\n", rows.Printable(v.File))
	}
}

// differences writes which attributes differ, and why.
func (v ReadBack) differences(b *strings.Builder) {
	if len(v.Attributes) > 0 {
		b.WriteString("\n")
		t := Table{MostFirst: 40}
		t.Add("attribute", "people", "how")
		for _, c := range v.Attributes {
			t.Add(rows.Printable(c.Attribute), Grouped(c.People), c.Why)
		}
		b.WriteString(t.String())
	}
	for i, c := range v.Reasons {
		if i == 0 {
			b.WriteString("\nwhy, as the activities of these people say:\n")
		}
		fmt.Fprintf(b, "  %s: %s\n", Counted(c.People, "person"), c.Why)
	}
}

// Say is the result in one sentence.
func (v ReadBack) Say() string {
	bad := v.Differs + v.Missing
	of, good, wrong := Grouped(v.ReadBack)+" of "+Grouped(v.People)+" people read back", "all as in the file", "differ or are missing"
	if v.ReadBack == v.People {
		of = "all " + Counted(v.People, "person") + " read back"
	}
	if v.People == 1 {
		of, good = "1 person read back", "as in the file"
	}
	if v.Absent {
		good, wrong = "no one is there", "are still there"
	}
	switch whole := v.ReadBack == v.People; {
	case bad == 0 && whole:
		return of + ", " + good
	case whole:
		return fmt.Sprintf("%s, %s %s", of, Grouped(bad), wrong)
	case bad == 0 && v.Absent:
		return fmt.Sprintf("%s, %s: with 99 %% confidence fewer than %s are", of, good, percent(v.High))
	case bad == 0:
		return fmt.Sprintf("%s, %s: with 99 %% confidence fewer than %s differ", of, good, percent(v.High))
	}
	return fmt.Sprintf("%s, %s %s: with 99 %% confidence between %s and %s of all", of, Grouped(bad), wrong, percent(v.Low), percent(v.High))
}

// percent is a share with two significant digits of how far it is from none or all.
func percent(share float64) string {
	value, digits := 100*share, 0
	if far := min(value, 100-value); far > 0 && far < 10 {
		digits = 1 - int(math.Floor(math.Log10(far)))
	}
	return strconv.FormatFloat(value, 'f', digits, 64) + " %"
}
