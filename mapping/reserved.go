package mapping

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// service is an attribute of people that Customer.io itself reads. In another form
// than its own it ignores the value, or takes it for the opposite, so that the value
// is converted also where the mapping does not ask for it.
type service struct {
	name   string
	typ    convert.Type // that a mapping may give it
	rule   convert.Rule // where the mapping gives it no type
	sentAs string
}

const preferences = "cio_subscription_preferences"

// serviceAttributes are all of them. Names are compared exactly, as the service does.
// The last one is the beginning of many names.
var serviceAttributes = [...]service{
	{"unsubscribed", convert.Boolean, convert.Rule{Type: convert.Boolean, True: yesWords, False: noWords,
		Advice: `in a mapping: unsubscribed: {column: …, type: boolean, true: [yes], false: [no]}`}, "true or false"},
	{"created_at", convert.Time, convert.Rule{Type: convert.Time, Timestamp: convert.Timestamp{Layout: convert.UnixOrISO},
		Advice: `in a mapping: created_at: {column: …, type: timestamp, layout: iso8601, zone: Europe/Berlin}`}, "unix seconds"},
	{preferences, convert.JSON, PreferencesRule(), "an object"},
	{preferences + ".topics.", convert.Boolean, convert.Rule{Type: convert.Boolean, True: yesWords, False: noWords,
		Advice: `in a mapping: {column: …, type: boolean, true: [yes], false: [no]}`}, "true or false"},
}

// The words that mean true and false without a mapping, in any case: those that
// spreadsheets and programs write for logical values in common languages, and yes
// and no.
var (
	yesWords = strings.Fields("true yes 1 1.0 y t on ja j wahr oui vrai sí si sì verdadero vero sim verdadeiro waar tak prawda sand tosi да истина evet")
	noWords  = strings.Fields("false no 0 0.0 n f off nein falsch non faux falso não nao nee onwaar nie fałsz nej falsk epätosi нет ложь hayır")
)

// PreferencesRule returns how subscription preferences are converted, whatever type a
// mapping gives them.
func PreferencesRule() convert.Rule {
	return convert.Rule{Type: convert.Preferences, True: yesWords, False: noWords}
}

// serviceAttribute returns which of the serviceAttributes has a name, or -1.
func serviceAttribute(name string) int {
	return slices.IndexFunc(serviceAttributes[:], func(s service) bool {
		return name == s.name || strings.HasSuffix(s.name, ".") && strings.HasPrefix(name, s.name)
	})
}

// serve returns the attribute as the service reads it, if it is one of its own, and
// which one where its values are converted without being asked for.
func serve(b *binder, a *attribute) (_ *attribute, which int, err error) {
	if which = serviceAttribute(a.name); which < 0 || !served(b.spec, which) {
		noteCase(b, a.name)
		return a, -1, nil
	}
	s := &serviceAttributes[which]
	asked := a.rule.Type != convert.AsIs
	if asked && a.rule.Type != s.typ {
		option, _ := a.options.At("type")
		return nil, -1, option.Value.Errorf(fmt.Sprintf("write type: %s", s.typ), "Customer.io reads %s as %s, and not in the form of type %s", a.name, s.sentAs, a.rule.Type)
	}
	read := *a
	if !asked || s.rule.Type == convert.Preferences {
		r := s.rule
		read.rule.Type, read.rule.True, read.rule.False, read.rule.Timestamp, read.rule.Advice = r.Type, r.True, r.False, r.Timestamp, r.Advice
	}
	if err := read.compile(); err != nil {
		return nil, -1, err
	}
	if a.constant != nil {
		return &read, -1, convertConstant(&read)
	}
	if asked {
		which = -1
	}
	return &read, which, nil
}

// served reports whether the service reads the attribute of some row itself: of people
// all of them, of objects the time of their creation.
func served(m *Mapping, which int) bool {
	return slices.Contains(m.Actions(), Upsert) || serviceAttributes[which].typ == convert.Time && slices.Contains(m.Actions(), ObjectUpsert)
}

// serviceRules returns the rules of the serviceAttributes for columns that rest: keep
// sends, or nil where the service reads none of them itself.
func serviceRules(m *Mapping) (rules []convert.Rule) {
	if !slices.ContainsFunc(m.Actions(), Action.limited) {
		return nil
	}
	for _, s := range serviceAttributes {
		r := s.rule
		r.Empty = m.empty
		_ = r.Compile() // constants, which a test compiles
		rules = append(rules, r)
	}
	return rules
}

// convertConstant converts the constant by the rule.
func convertConstant(a *attribute) error {
	cell := rows.Cell{Kind: rows.Number, Text: a.constant}
	switch a.constant[0] {
	case '"':
		var text string
		_ = json.Unmarshal(a.constant, &text) // the parser wrote it
		cell = rows.Cell{Kind: rows.Text, Text: []byte(text)}
	case 't', 'f':
		cell.Kind = rows.Boolean
	case '{', '[':
		cell.Kind = rows.JSON
	}
	c := convert.New(time.Time{}, customerio.MaxAttributeValue)
	out, problem := c.Append(nil, &a.rule, cell)
	if problem != "" {
		return a.node.Errorf(a.rule.Advice, "%s", problem)
	}
	a.constant = out
	return nil
}

// noteCase notes a name that differs only in case from one that the service reads.
func noteCase(b *binder, name string) {
	for _, s := range serviceAttributes[:3] {
		if name != s.name && strings.EqualFold(name, s.name) && slices.Contains(b.spec.Actions(), Upsert) {
			b.note("%q is sent as an attribute of that name, which Customer.io does not read: it reads %s", name, s.name)
		}
	}
}
