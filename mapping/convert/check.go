package convert

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Mistake is what is wrong with a rule. It is an error for who wrote the rule: Key
// says which of the rule's keys it is about.
type Mistake struct {
	Key     string   // as a mapping calls it, such as thousands
	OfValue bool     // the value of the key is wrong, not that the key is there
	Value   string   // the key within values, where Key is values
	At      int      // which character of the value's text it is, from 1; 0: all of it
	Msg     string   // without a full stop
	Hint    string   // what to do
	Meant   []string // names of which one may have been meant by the value
}

// Error returns the message alone.
func (m *Mistake) Error() string { return m.Msg }

// Compile checks the rule as a whole and completes it. The error is a *Mistake. It
// is called once, before the rule is used.
func (r *Rule) Compile() error {
	if m := r.compile(); m != nil {
		return m
	}
	return nil
}

func (r *Rule) compile() *Mistake {
	for _, k := range typedKeys {
		if k.given(r) && !slices.Contains(k.types, r.Type) {
			return &Mistake{Key: k.name, Msg: fmt.Sprintf("%s goes with type %s", k.name, typesListed(k.types)),
				Hint: fmt.Sprintf("write \"type: %s\", or drop %s", k.types[0], k.name)}
		}
	}
	if m := r.complete(); m != nil {
		return m
	}
	return r.checkTexts(0)
}

// typedKeys are the keys that belong to some types.
var typedKeys = []struct {
	name  string
	types []Type
	given func(*Rule) bool
}{
	{"decimal", []Type{Number}, func(r *Rule) bool { return r.Decimal != 0 }},
	{"thousands", []Type{Number, Integer}, func(r *Rule) bool { return r.Thousands != nil }},
	{"true", []Type{Boolean}, func(r *Rule) bool { return r.True != nil && r.Type != Preferences }},
	{"false", []Type{Boolean}, func(r *Rule) bool { return r.False != nil && r.Type != Preferences }},
	{"layout", []Type{Time, List}, func(r *Rule) bool { return r.Timestamp.Layout != "" || r.Array != "" }},
	{"zone", []Type{Time}, func(r *Rule) bool { return r.Timestamp.Zone != nil }},
	{"range", []Type{Time}, func(r *Rule) bool { return r.Timestamp.AnyDate }},
	{"separator", []Type{List}, func(r *Rule) bool { return r.Separator != "" }},
	{"country", []Type{Phone}, func(r *Rule) bool { return r.Country != "" }},
}

func typesListed(types []Type) string {
	text := string(types[0])
	for _, t := range types[1:] {
		text += " or " + string(t)
	}
	return text
}

// complete fills in what the type needs.
func (r *Rule) complete() *Mistake {
	switch {
	case r.Lower && r.Upper:
		return &Mistake{Key: "upper", Msg: "a value cannot be both lower and upper", Hint: "drop one of them"}
	case r.Type == List:
		return checkList(r)
	case r.Type == Boolean:
		return r.completeWords()
	case r.Type == Time:
		return r.Timestamp.compile()
	case r.Type == Number && r.Decimal == 0:
		return r.checkThousands('.', false)
	}
	return r.checkThousands(r.Decimal, true)
}

// The words of booleans that name none.
var trueWords, falseWords = []string{"true", "yes", "1"}, []string{"false", "no", "0"}

func (r *Rule) completeWords() *Mistake {
	if r.True == nil && r.False == nil {
		r.True, r.False = trueWords, falseWords
	}
	if r.True == nil || r.False == nil {
		has, lacks := "true", "false"
		if r.True == nil {
			has, lacks = lacks, has
		}
		return &Mistake{Key: has, Msg: fmt.Sprintf("there are words for %s and none for %s", has, lacks), Hint: "add the words that stand for " + lacks}
	}
	for _, w := range r.True {
		if isOneOf([]byte(w), r.False) {
			return &Mistake{Key: "false", OfValue: true, Msg: fmt.Sprintf("%q stands for true and for false", w), Hint: "drop it from one of them"}
		}
	}
	return nil
}

// checkThousands refuses a mark that separates both thousands and decimals.
func (r *Rule) checkThousands(decimal byte, given bool) *Mistake {
	if r.Type == Number {
		r.Decimal = decimal
	}
	if r.Thousands == nil || r.Type != Number || r.Thousands[0] != string(decimal) {
		return nil
	}
	if given {
		return &Mistake{Key: "thousands", Msg: fmt.Sprintf("%q cannot separate both thousands and decimals", string(decimal)), Hint: "change one of them"}
	}
	return &Mistake{Key: "thousands", Msg: fmt.Sprintf("%q separates decimals unless the mapping names another mark", string(decimal)), Hint: `add decimal: ","`}
}

// CheckLimit returns a *Mistake if the rule itself has a value of more than limit
// bytes. It is for a rule that was compiled.
func (r *Rule) CheckLimit(limit int) error {
	if m := r.checkTexts(limit); m != nil {
		return m
	}
	return nil
}

const asInput = "write it the way the input writes such values"

// checkTexts converts what the rule itself says instead of cells.
func (r *Rule) checkTexts(limit int) *Mistake {
	c := New(time.Time{}, limit)
	if r.Default != nil && len(r.Default) == 0 {
		return &Mistake{Key: "default", OfValue: true, Msg: "the default is empty", Hint: `to send an empty value write "empty: clear"`}
	}
	if r.Default != nil {
		if _, problem := c.appendTyped(nil, r, r.Default); problem != "" {
			return &Mistake{Key: "default", OfValue: true, Msg: "the default does not convert: " + problem, Hint: asInput}
		}
	}
	for _, from := range slices.Sorted(maps.Keys(r.Values)) {
		text := r.appendCased(nil, r.Values[from])
		if _, problem := c.appendTyped(nil, r, text); problem != "" && len(text) > 0 {
			return &Mistake{Key: "values", Value: from, Msg: "this value does not convert: " + problem, Hint: asInput}
		}
	}
	return nil
}
