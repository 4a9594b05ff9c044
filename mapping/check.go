package mapping

import (
	"fmt"
	"math"
	"slices"
)

// belongs says which type an option is for.
var belongs = []struct {
	option string
	types  []valueType
}{
	{"decimal", []valueType{typeNumber}}, {"thousands", []valueType{typeNumber, typeInt}}, {"true", []valueType{typeBool}}, {"false", []valueType{typeBool}},
	{"layout", []valueType{typeTime}}, {"zone", []valueType{typeTime}}, {"range", []valueType{typeTime}}, {"separator", []valueType{typeList}}, {"country", []valueType{typePhone}},
}

// checkRule refuses options that do not go with the type, and values that can
// be checked now.
func (m *Mapping) checkRule(a *attribute) error {
	for _, b := range belongs {
		if o, used := a.options[b.option]; used && !slices.Contains(b.types, a.typ) {
			return m.wrong(o.place, fmt.Sprintf("write \"type: %s\", or drop %s", b.types[0], b.option),
				"attribute %q has %s, which goes with type %s", a.name, b.option, typesListed(b.types))
		}
	}
	if err := m.completeRule(a); err != nil {
		return err
	}
	return m.checkTexts(a)
}

func typesListed(types []valueType) string {
	text := string(types[0])
	for _, t := range types[1:] {
		text += " or " + string(t)
	}
	return text
}

// completeRule fills in what the type needs.
func (m *Mapping) completeRule(a *attribute) error {
	_, typed := a.at("type")
	switch {
	case a.lower && a.upper:
		p, _ := a.at("upper")
		return m.wrong(p, "drop one of them", "attribute %q cannot be both lower and upper", a.name)
	case a.typ == typeList && a.separator == "":
		return m.wrong(typed, `add for example separator: "|"`, "type list needs a separator")
	case a.typ == typeBool:
		return m.completeWords(a)
	case a.typ == typeTime:
		return m.checkTimestamp(a)
	case a.decimal == 0:
		a.decimal = '.'
	}
	return m.checkThousands(a)
}

func (m *Mapping) completeWords(a *attribute) error {
	if a.trueWords == nil && a.falseWords == nil {
		a.trueWords, a.falseWords = []string{"true", "yes", "1"}, []string{"false", "no", "0"}
	}
	if a.trueWords == nil || a.falseWords == nil {
		has, lacks := "true", "false"
		if a.trueWords == nil {
			has, lacks = lacks, has
		}
		p, _ := a.at(has)
		return m.wrong(p, fmt.Sprintf("add the words that stand for %s", lacks), "attribute %q says what is %s and not what is %s", a.name, has, lacks)
	}
	for _, w := range a.trueWords {
		if isOneOf([]byte(w), a.falseWords) {
			_, p := a.at("false")
			return m.wrong(p, "drop it from one of them", "%q stands for true and for false", w)
		}
	}
	return nil
}

const asInput = "write it the way the input writes such values"

// checkTexts converts what the mapping itself says instead of cells.
func (m *Mapping) checkTexts(a *attribute) error {
	_, p := a.at("default")
	if a.fallback != nil && len(a.fallback) == 0 {
		return m.wrong(p, `to send an empty value write "empty: clear"`, "the default is empty")
	}
	if a.fallback != nil {
		if _, problem := a.appendTyped(nil, a.fallback, math.MaxInt64); problem != "" {
			return m.wrong(p, asInput, "the default does not convert: %s", problem)
		}
	}
	for _, v := range a.options["values"].value.pairs {
		text := a.cased(a.values[v.key], nil)
		if _, problem := a.appendTyped(nil, text, math.MaxInt64); problem != "" && len(text) > 0 {
			return m.wrong(v.value.place, asInput, "this value does not convert: %s", problem)
		}
	}
	return nil
}
