package mapping

import (
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/mapping/document"
)

// ruleFields are the keys that say how a value is converted.
func ruleFields(r *convert.Rule) []document.Field {
	type node = document.Node
	return []document.Field{
		{Name: "type", Read: func(n node) error { return n.Word((*string)(&r.Type), convert.TypeNames...) }},
		{Name: "trim", Read: func(n node) error { return n.Flag(&r.Trim) }},
		{Name: "lower", Read: func(n node) error { return n.Flag(&r.Lower) }},
		{Name: "upper", Read: func(n node) error { return n.Flag(&r.Upper) }},
		{Name: "default", Read: func(n node) error { return readDefault(n, r) }},
		{Name: "values", Read: func(n node) error { return readValues(n, r) }},
		{Name: "empty", Read: func(n node) error { return readEmpty(n, &r.Empty) }},
		{Name: "decimal", Read: func(n node) error { return readDecimal(n, r) }},
		{Name: "thousands", Read: func(n node) error { return readThousands(n, r) }},
		{Name: "true", Read: func(n node) error { return n.Words(&r.True) }},
		{Name: "false", Read: func(n node) error { return n.Words(&r.False) }},
		{Name: "layout", Read: func(n node) error { return n.Filled(&r.Timestamp.Layout) }},
		{Name: "range", Read: func(n node) error { return readRange(n, r) }},
		{Name: "zone", Read: func(n node) error { return readZone(n, r) }},
		{Name: "country", Read: func(n node) error { return readCountry(n, &r.Country) }},
		{Name: "separator", Read: func(n node) error { return n.Filled(&r.Separator) }},
	}
}

func readEmpty(n document.Node, to *convert.Empty) error {
	var word string
	if err := n.Word(&word, emptyNames...); err != nil {
		return err
	}
	*to = map[string]convert.Empty{"omit": convert.Omit, "clear": convert.Clear, "reject": convert.Reject}[word]
	return nil
}

func readDefault(n document.Node, r *convert.Rule) error {
	var text string
	if err := n.Text(&text); err != nil {
		return err
	}
	r.Default = []byte(text)
	return nil
}

func readValues(n document.Node, r *convert.Rule) error {
	if n.Kind != document.Mapping {
		return n.Errorf(`for example "values: {P: pro, F: free}"`, "values must be pairs of what the input has and what is sent for it")
	}
	r.Values = make(map[string][]byte)
	for _, p := range n.Pairs {
		var to string
		if err := p.Value.Text(&to); err != nil {
			return err
		}
		r.Values[p.Key.Value] = []byte(to)
	}
	return nil
}

func readDecimal(n document.Node, r *convert.Rule) error {
	var mark string
	if err := n.Filled(&mark); err != nil {
		return err
	}
	if mark != "." && mark != "," {
		return n.Errorf(`write "." or ","`, "%q is not a decimal mark", mark)
	}
	r.Decimal = mark[0]
	return nil
}

func readThousands(n document.Node, r *convert.Rule) error {
	var mark string
	if err := n.Filled(&mark); err != nil {
		return err
	}
	if r.Thousands = convert.Marks(mark); r.Thousands == nil {
		return n.Errorf(`write one of ".", ",", "'" and " "`, "%q does not separate thousands", mark)
	}
	return nil
}

func readZone(n document.Node, r *convert.Rule) error {
	var name string
	if err := n.Filled(&name); err != nil {
		return err
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return n.Errorf("use a name such as Europe/Berlin, America/New_York or UTC", "%q is not a time zone", name)
	}
	r.Timestamp.Zone = zone
	return nil
}

func readRange(n document.Node, r *convert.Rule) error {
	var word string
	r.Timestamp.AnyDate = true
	return n.Word(&word, rangeNames...)
}

// readCountry reads the country whose numbers may lack their country code.
func readCountry(n document.Node, to *string) error {
	if err := n.Filled(to); err != nil {
		return err
	}
	if convert.KnownCountry(*to) {
		return nil
	}
	hint := "write the two letters of ISO 3166, such as DE or US"
	if upper := strings.ToUpper(*to); convert.KnownCountry(upper) {
		hint = document.MeantOr(*to, []string{upper})
	} else if upper == "UK" {
		hint = document.MeantOr("GP", []string{"GB"})
	}
	return n.Errorf(hint, "%q is not a country", *to)
}
