package draft

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// form is a way to write values that columns are tried for. A value has the form if
// the rule converts it.
type form struct {
	kind  formKind
	rule  convert.Rule
	zoned bool // the rule's zone is that of the options
}

type formKind int

const (
	formWords  formKind = iota // booleans
	formDate                   // timestamps in words and digits
	formMoment                 // timestamps that are numbers
	formNumber
	formEmail
	formPhone
	formList
	formArray // lists that a program wrote, such as {a,b}
	formJSON
	formPreferences // JSON that the service reads as subscription preferences
	formEither      // an event's timestamp: unix seconds or ISO 8601
)

// bracketed reports whether values of the kind begin with a bracket or a brace.
func (k formKind) bracketed() bool {
	return k == formJSON || k == formPreferences || k == formArray
}

// forms returns all forms. The options are complete.
func forms(o Options) []form {
	zone, _ := time.LoadLocation(o.Zone)
	all := slices.Concat(wordForms(), dateForms(zone), numberForms(), textForms(o.Country))
	for i := range all {
		if err := all[i].rule.Compile(); err != nil {
			panic(err) // the forms are constants: a test compiles them all
		}
	}
	return all
}

// wordPairs are the words for true and false.
var wordPairs = [][2]string{
	{"yes", "no"}, {"true", "false"}, {"ja", "nein"}, {"wahr", "falsch"}, {"oui", "non"}, {"vrai", "faux"},
	{"sí", "no"}, {"si", "no"}, {"sì", "no"}, {"sim", "não"}, {"ja", "nee"}, {"ja", "nej"}, {"tak", "nie"}, {"evet", "hayır"}, {"да", "нет"}, {"はい", "いいえ"},
	{"y", "n"}, {"j", "n"}, {"t", "f"}, {"on", "off"}, {"1", "0"},
}

func wordForms() (all []form) {
	for _, w := range wordPairs {
		all = append(all, form{kind: formWords, rule: convert.Rule{Type: convert.Boolean, True: []string{w[0]}, False: []string{w[1]}}})
	}
	return all
}

func dateForms(zone *time.Location) []form {
	date := func(layout string, zone *time.Location, zoned bool) form {
		return form{kind: formDate, zoned: zoned, rule: convert.Rule{Type: convert.Time, Timestamp: convert.Timestamp{Layout: layout, Zone: zone, AnyDate: true}}}
	}
	all := []form{date(convert.ISO8601, nil, false), date(convert.ISO8601, zone, true)}
	for _, day := range dateLayouts {
		for _, clock := range timeLayouts {
			all = append(all, date(day+clock, zone, true))
		}
	}
	for _, whole := range wholeLayouts {
		switch whole.zone {
		case noZone:
			all = append(all, date(whole.layout, zone, true))
		case hasOffset:
			all = append(all, date(whole.layout, nil, false))
		case saysUTC:
			all = append(all, date(whole.layout, time.UTC, false))
		}
	}
	moment := func(kind formKind, layout string, zone *time.Location) {
		all = append(all, form{kind: kind, zoned: zone != nil, rule: convert.Rule{Type: convert.Time, Timestamp: convert.Timestamp{Layout: layout, Zone: zone}}})
	}
	moment(formMoment, convert.Unix, nil)
	moment(formMoment, convert.UnixMs, nil)
	moment(formMoment, convert.Excel, zone)
	moment(formMoment, "%Y%m%d", zone)
	moment(formMoment, "%Y%m%d%H%M%S", zone)
	moment(formEither, convert.UnixOrISO, zone)
	return all
}

// numberForms are the ways to write numbers, the plain ones first.
func numberForms() []form {
	all := []form{{kind: formNumber, rule: convert.Rule{Type: convert.Integer}}}
	for _, marks := range []struct {
		decimal   byte
		thousands string
	}{{0, ""}, {',', ""}, {0, ","}, {',', "."}, {0, "'"}, {0, " "}, {',', " "}, {',', "'"}} {
		all = append(all, form{kind: formNumber, rule: convert.Rule{Type: convert.Number, Decimal: marks.decimal, Thousands: convert.Marks(marks.thousands)}})
	}
	return all
}

func textForms(country string) []form {
	all := []form{{kind: formEmail, rule: convert.Rule{Type: convert.Email}}, {kind: formJSON, rule: convert.Rule{Type: convert.JSON}},
		{kind: formPreferences, rule: mapping.PreferencesRule()},
		{kind: formPhone, rule: convert.Rule{Type: convert.Phone}}}
	if country != "" {
		all = append(all, form{kind: formPhone, rule: convert.Rule{Type: convert.Phone, Country: country}})
	}
	for _, layout := range convert.ArrayLayouts {
		all = append(all, form{kind: formArray, rule: convert.Rule{Type: convert.List, Array: layout}})
	}
	for _, separator := range strings.Split(separators, "") {
		all = append(all, form{kind: formList, rule: convert.Rule{Type: convert.List, Separator: separator, Trim: true}})
	}
	return all
}

// layout returns the layout of a timestamp or a list.
func (f *form) layout() string {
	if f.rule.Array != "" {
		return f.rule.Array
	}
	return f.rule.Timestamp.Layout
}

// options returns the form as a mapping has it.
func (f *form) options() string {
	var all []string
	add := func(key, value string) { all = append(all, key+": "+value) }
	r := &f.rule
	if f.kind != formEither { // the timestamp of an event needs no type
		add("type", string(r.Type))
		if layout := f.layout(); layout != "" {
			add("layout", yamlText(layout))
		}
	}
	if r.Timestamp.Zone != nil {
		add("zone", yamlText(r.Timestamp.Zone.String()))
	}
	if r.True != nil {
		add("true", "["+r.True[0]+"]") // none of the words needs quotes
		add("false", "["+r.False[0]+"]")
	}
	if r.Decimal == ',' {
		add("decimal", `","`)
	}
	if r.Thousands != nil {
		add("thousands", fmt.Sprintf("%q", r.Thousands[0]))
	}
	if r.Separator != "" {
		add("separator", fmt.Sprintf("%q", r.Separator))
	}
	if r.Trim {
		add("trim", "true")
	}
	if r.Country != "" {
		add("country", yamlText(r.Country))
	}
	return strings.Join(all, ", ")
}

// trial is a form that a column is tried for.
type trial struct {
	*form
	fails            int64
	rows             [3]int64 // the first that failed
	earliest, latest int64    // of timestamps
	ahead            int64    // timestamps after now
	now              int64    // when the draft is made, in unix seconds
	values           *convert.Converter
}

// lastDrafted is the last second that a draft expects of dates, at the end of 2034:
// every run accepts dates up to ten years after it.
const lastDrafted = 2051222399

// newConverter returns a converter as a run has it that accepts dates up to
// lastDrafted.
func newConverter(o *Options) *convert.Converter {
	limit := 0 // an event has one for all of it
	if o.limited() {
		limit = customerio.MaxAttributeValue
	}
	return convert.New(time.Unix(lastDrafted, 0).UTC().AddDate(-10, 0, 0), limit)
}

// anyDate converts dates of any time. A run knows when it begins, and may put years of
// two digits into the century before; a draft counts them as they are. Seconds changes
// nothing, so drafts may share it.
var anyDate = convert.New(time.Time{}, 0)

// try counts whether text has the form. scratch is for what it converts to.
func (t *trial) try(text, scratch []byte, row int64) []byte {
	var problem string
	if t.rule.Type == convert.Time {
		var at int64
		converter := t.values
		if t.kind == formDate {
			converter = anyDate
		}
		if at, problem = converter.Seconds(&t.rule, text); problem == "" {
			t.earliest, t.latest = min(t.earliest, at), max(t.latest, at)
			count(&t.ahead, at > t.now)
		}
	} else {
		scratch, problem = t.values.Append(scratch[:0], &t.rule, rows.Cell{Kind: rows.Text, Text: text})
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

// fits reports whether a column with a number of values has the form, except one of
// every oneOf values (0: without exception).
func (t *trial) fits(values, oneOf int64) bool {
	good := values - t.fails
	return good > 0 && (t.fails == 0 || oneOf > 0 && good >= 4 && t.fails*oneOf <= values)
}

// options returns the form as a mapping has it, with the range that the dates need.
func (t *trial) options() string {
	options := t.form.options()
	if t.kind == formDate && (t.earliest < convert.Earliest || t.latest > lastDrafted) {
		options += ", range: any"
	}
	return options
}
