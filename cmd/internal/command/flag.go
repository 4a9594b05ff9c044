package command

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
)

// Flag is one flag of a command: its names, what help says, and which field of the
// command's options it fills. Flags of the command line and keys of a job file are
// both set by it.
type Flag struct {
	Name, Short string
	Value       string // what help calls its value; empty for a switch
	Usage       string
	Part        string // of the help text
	Into        Kind
	Single      bool     // two different values are refused: whom the command is about would be a guess
	Fixed       bool     // the command that sends a fixed rejected file has it too
	Known       []string // values that shells offer, where they are not all that there are
}

// Kind reads the text of a flag into a field.
type Kind interface {
	// Set reads text. Of text that is not accepted it returns what is, for a hint.
	Set(text string) (accepted string)
	// Text is the field's value as Set would read it, or empty if there is none.
	Text() string
	// Field is a pointer to the field.
	Field() any
}

// Apply sets a flag.
func (f Flag) Apply(text string) error {
	if accepted := f.Into.Set(text); accepted != "" {
		return exit.Usage(fmt.Sprintf("--%s is %q", f.Name, text), accepted)
	}
	return nil
}

// IsSwitch reports whether a flag has no value.
func (f Flag) IsSwitch() bool { _, is := f.Into.(onOff); return is }

// Offers returns the values that shells offer: those of a choice, and the words of
// alternatives such as all|none|N.
func (f Flag) Offers() []string {
	if c, is := f.Into.(choice); is {
		return c.of
	}
	if f.Known != nil || !strings.Contains(f.Value, "|") {
		return f.Known
	}
	return slices.DeleteFunc(strings.Split(f.Value, "|"), func(word string) bool { return word != strings.ToLower(word) || strings.ContainsAny(word, "[]…") })
}

// Repeats reports whether a flag may be given several times.
func (f Flag) Repeats() bool { _, is := f.Into.Field().(*[]string); return is }

// The kinds of flags. Each reads its text into the field that to points to.

// OnOff is a switch.
func OnOff(to *bool) Kind { return onOff{to} }

// Word is any text.
func Word(to *string) Kind { return word{to} }

// Choice is one of some words.
func Choice(to *string, of []string) Kind { return choice{to, of} }

// Words is text that may be given several times.
func Words(to *[]string) Kind { return words{to} }

// Whole is a whole number within limits. what says what it counts.
func Whole(to *int64, min, max int64, what string) Kind { return whole{to, min, max, what} }

// Count is a number of something that is not negative. A negative field is one that was
// not given.
func Count(to *int64, what string) Kind { return count{to, what} }

// Duration is a length of time.
func Duration(to *time.Duration) Kind { return duration{to} }

// Age is a length of time, which may be in days, such as 90d. A negative field is one
// that was not given.
func Age(to *time.Duration) Kind { return age{to} }

// Parsed is text that parse reads further: it returns what is accepted if that is not
// the text, else nothing. shown keeps the text as it was given.
func Parsed(shown *string, parse func(text string) (accepted string)) Kind {
	return parsed{shown, parse}
}

type onOff struct{ to *bool }

func (k onOff) Set(text string) string {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return "it is a switch: leave the value out"
	}
	*k.to = on
	return ""
}

func (k onOff) Text() string {
	if *k.to {
		return "true"
	}
	return ""
}
func (k onOff) Field() any { return k.to }

type word struct{ to *string }

func (k word) Set(text string) string { *k.to = text; return "" }
func (k word) Text() string           { return *k.to }
func (k word) Field() any             { return k.to }

type choice struct {
	to *string
	of []string
}

func (k choice) Set(text string) string {
	if !slices.Contains(k.of, text) {
		return "it is " + Or(k.of)
	}
	*k.to = text
	return ""
}

func (k choice) Text() string { return *k.to }
func (k choice) Field() any   { return k.to }

// Or lists words of which one is meant.
func Or(words []string) string {
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return strings.Join(words, "")
}

type words struct{ to *[]string }

func (k words) Set(text string) string { *k.to = append(*k.to, text); return "" }
func (k words) Text() string           { return strings.Join(*k.to, " ") }
func (k words) Field() any             { return k.to }

type whole struct {
	to       *int64
	min, max int64
	what     string // that it counts, for the hint
}

func (k whole) Set(text string) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < k.min || n > k.max {
		return fmt.Sprintf("it is %s, from %d to %d", k.what, k.min, k.max)
	}
	*k.to = n
	return ""
}

func (k whole) Text() string {
	if *k.to == 0 {
		return ""
	}
	return strconv.FormatInt(*k.to, 10)
}
func (k whole) Field() any { return k.to }

type count struct {
	to   *int64
	what string
}

func (k count) Set(text string) string {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return "it is " + k.what
	}
	*k.to = n
	return ""
}

func (k count) Text() string {
	if *k.to < 0 {
		return ""
	}
	return strconv.FormatInt(*k.to, 10)
}
func (k count) Field() any { return k.to }

type duration struct{ to *time.Duration }

func (k duration) Set(text string) string {
	d, err := time.ParseDuration(text)
	if _, bare := strconv.ParseInt(text, 10, 64); err != nil && bare == nil {
		return "it needs a unit: " + text + "s, " + text + "m or " + text + "h"
	}
	if err != nil || d < 0 {
		return "it is a duration such as 30s, 10m or 2h"
	}
	*k.to = d
	return ""
}

// text leaves out the units that are zero: 10m, not 10m0s.
func (k duration) Text() string {
	text := k.to.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
func (k duration) Field() any { return k.to }

type age struct{ to *time.Duration }

func (k age) Set(text string) string {
	const accepted = "it is a number of days or hours, such as 90d or 36h"
	if number, inDays := strings.CutSuffix(text, "d"); inDays {
		days, err := strconv.ParseInt(number, 10, 64)
		if err != nil || days < 0 || days > maxDays {
			return accepted
		}
		*k.to = time.Duration(days) * 24 * time.Hour
		return ""
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return accepted
	}
	*k.to = d
	return ""
}

// maxDays is about what a time.Duration can hold.
const maxDays = 100_000

func (k age) Text() string {
	switch day := 24 * time.Hour; {
	case *k.to < 0:
		return ""
	case *k.to >= day && *k.to%day == 0:
		return strconv.FormatInt(int64(*k.to/day), 10) + "d"
	}
	return duration(k).Text()
}
func (k age) Field() any { return k.to }

type parsed struct {
	shown *string
	parse func(text string) (accepted string)
}

func (k parsed) Set(text string) string {
	accepted := k.parse(text)
	if accepted == "" {
		*k.shown = text
	}
	return accepted
}

func (k parsed) Text() string { return *k.shown }
func (k parsed) Field() any   { return k.shown }

// Named finds a flag by one of its names.
func Named(flags []Flag, name string) (Flag, bool) {
	i := slices.IndexFunc(flags, func(f Flag) bool { return name != "" && (f.Name == name || f.Short == name) })
	if i < 0 {
		return Flag{}, false
	}
	return flags[i], true
}

// Given returns the words that set flags as they are set now, leaving out those that
// are as in fresh and those that wanted refuses.
func Given(flags, fresh []Flag, wanted func(Flag) bool) (words []string) {
	for _, f := range flags {
		was, _ := Named(fresh, f.Name)
		switch text := f.Into.Text(); {
		case !wanted(f) || text == was.Into.Text():
		case f.IsSwitch():
			words = append(words, "--"+f.Name)
		default:
			words = append(words, "--"+f.Name, text)
		}
	}
	return words
}
