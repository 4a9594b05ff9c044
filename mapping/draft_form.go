package mapping

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// form is a way to write values that columns are tried for: an attribute's
// options, as a mapping has them, and the rule that Parse makes of them. A value
// has the form if the rule converts it, so that a draft cannot promise what a run
// does not keep.
type form struct {
	kind    formKind
	options string
	layout  string // of timestamps
	zoned   bool   // the zone is to be written
	rule    rule
}

type formKind int

const (
	formWords  formKind = iota // booleans
	formDate                   // timestamps that spell a date
	formMoment                 // timestamps that are numbers
	formNumber
	formEmail
	formPhone
	formList
	formJSON
	formEither // an event's timestamp: unix seconds or ISO 8601
)

// wordPairs are the words for true and false.
var wordPairs = [][2]string{
	{"yes", "no"}, {"true", "false"}, {"ja", "nein"}, {"wahr", "falsch"}, {"oui", "non"}, {"vrai", "faux"},
	{"sí", "no"}, {"si", "no"}, {"sì", "no"}, {"sim", "não"}, {"ja", "nee"}, {"ja", "nej"}, {"tak", "nie"},
	{"y", "n"}, {"j", "n"}, {"t", "f"}, {"on", "off"}, {"1", "0"},
}

// numberOptions are the ways to write numbers, the plain ones first.
var numberOptions = []string{
	`type: integer`,
	`type: number`,
	`type: number, decimal: ","`,
	`type: number, thousands: ","`,
	`type: number, decimal: ",", thousands: "."`,
	`type: number, thousands: "'"`,
	`type: number, thousands: " "`,
	`type: number, decimal: ",", thousands: " "`,
	`type: number, decimal: ",", thousands: "'"`,
}

// The parts of layouts. Of those that read the same text the strict ones and
// those that put the day first come first.
var (
	dateLayouts = []string{
		"%d.%m.%Y", "%-d.%-m.%Y", "%d.%m.%y", "%-d.%-m.%y",
		"%d/%m/%Y", "%m/%d/%Y", "%-d/%-m/%Y", "%-m/%-d/%Y", "%d/%m/%y", "%m/%d/%y", "%-d/%-m/%y", "%-m/%-d/%y",
		"%d-%m-%Y", "%m-%d-%Y", "%-d-%-m-%Y", "%-m-%-d-%Y", "%Y/%m/%d", "%Y/%-m/%-d", "%Y.%m.%d",
		"%-d %b %Y", "%-d %B %Y", "%b %-d, %Y", "%B %-d, %Y", "%-d-%b-%Y", "%-d-%b-%y",
	}
	timeLayouts = []string{"", " %H:%M", " %H:%M:%S", " %-I:%M %p", " %-I:%M:%S %p", ", %H:%M", ", %H:%M:%S"}
)

// forms returns all forms. zone and country are known to be good.
func forms(zone, country string) (all []form, err error) {
	add := func(f form, more string) {
		if err == nil {
			f.rule, err = ruleOf(f.options + more)
			all = append(all, f)
		}
	}
	for _, w := range wordPairs {
		add(form{kind: formWords, options: fmt.Sprintf("type: boolean, true: [%s], false: [%s]", w[0], w[1])}, "")
	}
	in := ", zone: " + yamlText(zone)
	add(form{kind: formDate, layout: layoutISO, options: "type: timestamp, layout: iso8601"}, ", range: any")
	add(form{kind: formDate, layout: layoutISO, options: "type: timestamp, layout: iso8601", zoned: true}, in+", range: any")
	for _, date := range dateLayouts {
		for _, clock := range timeLayouts {
			add(form{kind: formDate, layout: date + clock, options: fmt.Sprintf("type: timestamp, layout: %q", date+clock), zoned: true}, in+", range: any")
		}
	}
	for _, layout := range []string{layoutUnix, layoutUnixMs, layoutExcel, "%Y%m%d"} {
		zoned := layout == layoutExcel || layout == "%Y%m%d"
		f := form{kind: formMoment, layout: layout, options: "type: timestamp, layout: " + yamlText(layout), zoned: zoned}
		add(f, map[bool]string{true: in}[zoned])
	}
	for _, options := range numberOptions {
		add(form{kind: formNumber, options: options}, "")
	}
	add(form{kind: formEmail, options: "type: email"}, "")
	add(form{kind: formPhone, options: "type: phone"}, "")
	if country != "" {
		add(form{kind: formPhone, options: "type: phone, country: " + yamlText(country)}, "")
	}
	for _, separator := range []string{"|", ";", ","} {
		add(form{kind: formList, options: fmt.Sprintf("type: list, separator: %q, trim: true", separator)}, "")
	}
	add(form{kind: formJSON, options: "type: json"}, "")
	either, bad := eitherForm(zone)
	return append(all, either), errors.Join(err, bad)
}

// ruleOf returns the rule that a mapping's options make.
func ruleOf(options string) (rule, error) {
	m, err := Parse("draft", []byte("match: {id: id}\nattributes: {a: {column: c, "+options+"}}\n"), false)
	if err != nil {
		return rule{}, err
	}
	return m.attributes[0].rule, nil
}

// eitherForm is the form of an event's timestamp without a layout.
func eitherForm(zone string) (form, error) {
	options := "zone: " + yamlText(zone)
	m, err := Parse("draft", []byte("match: {id: id}\nevent: {name: n, timestamp: {column: c, "+options+"}}\n"), false)
	if err != nil {
		return form{}, err
	}
	return form{kind: formEither, options: options, rule: m.event.timestamp.rule}, nil
}

// trial is a form that a column is tried for.
type trial struct {
	*form
	fails           int64
	rows            [3]int64 // the first that failed
	earliest, until int64    // of timestamps
}

// lastDrafted is the last second that a draft expects of dates, at the end of
// 2034: no run is to come for which that is more than ten years ahead.
const lastDrafted = 2051222399

// try counts whether text has the form. scratch is for what it converts to.
func (t *trial) try(text, scratch []byte, row int64) []byte {
	var problem string
	switch t.rule.typ {
	case typeTime:
		var at int64
		if at, problem = t.rule.timestamp.point(text, lastDrafted); problem == "" {
			t.earliest, t.until = min(t.earliest, at), max(t.until, at)
		}
	default:
		scratch, problem = t.rule.appendTyped(scratch[:0], text, math.MaxInt64)
	}
	if problem != "" {
		t.fail(row)
	}
	return scratch
}

func (t *trial) fail(row int64) {
	if t.fails < int64(len(t.rows)) {
		t.rows[t.fails] = row
	}
	t.fails++
}

// hopeless reports whether too many of the values failed to go on.
func (t *trial) hopeless(values int64) bool { return t.fails > 20 && t.fails*8 > values }

// fits reports whether a column of so many values has the form, but for one of
// every so many: 0 where it must have it throughout.
func (t *trial) fits(values, oneOf int64) bool {
	good := values - t.fails
	return good > 0 && (t.fails == 0 || oneOf > 0 && good >= 4 && t.fails*oneOf <= values)
}

// spelt returns the options as a mapping has them, with what dates need.
func (t *trial) spelt(zone string) string {
	options := t.options
	if t.zoned {
		options += ", zone: " + yamlText(zone)
	}
	if t.kind == formDate && (t.earliest < earliest || t.until > lastDrafted) {
		options += ", range: any"
	}
	return options
}

// twin returns the layout with day and month exchanged, or nothing if that is no
// way to write dates.
func twin(layout string) string {
	date, clock, _ := strings.Cut(layout, " ")
	swapped := strings.NewReplacer("%d", "%m", "%m", "%d", "%-d", "%-m", "%-m", "%-d").Replace(date)
	if swapped == date || !slices.Contains(dateLayouts, strings.TrimSuffix(swapped, ",")) {
		return ""
	}
	if clock != "" {
		swapped += " " + clock
	}
	return swapped
}
