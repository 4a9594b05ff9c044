package mapping

import (
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
	all = slices.Concat(wordForms(), dateForms(), numberForms(), textForms(country))
	all = append(all, form{kind: formEither, options: "zone: " + yamlText(zone)})
	var date *Mapping // of any layout
	for i := range all {
		f := &all[i]
		if f.kind == formDate && date != nil && f.zoned {
			f.rule, err = date.withLayout(f.layout)
		} else {
			var m *Mapping
			if m, err = f.mapping(zone); err == nil && f.kind == formEither {
				f.rule = m.event.timestamp.rule
			} else if err == nil {
				f.rule = m.attributes[0].rule
			}
			if f.kind == formDate && f.zoned {
				date = m
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// mapping parses a mapping with the form in it.
func (f *form) mapping(zone string) (*Mapping, error) {
	options := f.options
	if f.zoned {
		options += ", zone: " + yamlText(zone)
	}
	if f.kind == formDate {
		options += ", range: any"
	}
	part := "attributes: {a: {column: c, %s}}\n"
	if f.kind == formEither {
		part = "event: {name: n, timestamp: {column: c, %s}}\n"
	}
	return Parse("draft", fmt.Appendf(nil, "match: {id: id}\n"+part, options), false)
}

// withLayout returns the rule of the mapping's attribute, with another layout. It
// saves the parser's work on some two hundred of them.
func (m *Mapping) withLayout(layout string) (rule, error) {
	a := m.attributes[0]
	a.timestamp.layout = layout
	err := m.checkTimestamp(&a)
	return a.rule, err
}

func wordForms() (all []form) {
	for _, w := range wordPairs {
		all = append(all, form{kind: formWords, options: fmt.Sprintf("type: boolean, true: [%s], false: [%s]", w[0], w[1])})
	}
	return all
}

func dateForms() []form {
	all := []form{
		{kind: formDate, layout: layoutISO, options: "type: timestamp, layout: iso8601"},
		{kind: formDate, layout: layoutISO, options: "type: timestamp, layout: iso8601", zoned: true},
	}
	for _, date := range dateLayouts {
		for _, clock := range timeLayouts {
			all = append(all, form{kind: formDate, layout: date + clock, options: fmt.Sprintf("type: timestamp, layout: %q", date+clock), zoned: true})
		}
	}
	for _, layout := range []string{layoutUnix, layoutUnixMs, layoutExcel, "%Y%m%d"} {
		zoned := layout == layoutExcel || layout == "%Y%m%d"
		all = append(all, form{kind: formMoment, layout: layout, options: "type: timestamp, layout: " + yamlText(layout), zoned: zoned})
	}
	return all
}

func numberForms() (all []form) {
	for _, options := range numberOptions {
		all = append(all, form{kind: formNumber, options: options})
	}
	return all
}

func textForms(country string) []form {
	all := []form{{kind: formEmail, options: "type: email"}, {kind: formJSON, options: "type: json"}, {kind: formPhone, options: "type: phone"}}
	if country != "" {
		all = append(all, form{kind: formPhone, options: "type: phone, country: " + yamlText(country)})
	}
	for _, separator := range []string{"|", ";", ","} {
		all = append(all, form{kind: formList, options: fmt.Sprintf("type: list, separator: %q, trim: true", separator)})
	}
	return all
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
