package mapping

import (
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/mapping/convert"
)

func TestThousands(t *testing.T) {
	t.Parallel()
	const (
		german, swiss, french, english = `type: number, decimal: ",", thousands: "."`, `type: number, thousands: "'"`, `type: number, decimal: ",", thousands: " "`, `type: number, thousands: ","`
		integer, narrow                = `type: integer, thousands: "."`, "type: integer, thousands: \"\u202f\""
	)
	not := func(options, mark, text string) cell {
		return cell{options, text, convert.Quote([]byte(text)) + ` is not a number with thousands separated by "` + mark + `" in groups of three, such as 1` + mark + "234" + mark + "567"}
	}
	checkCells(t, false, []cell{
		{german, "1.234,50", "1234.50"}, {german, "-1.234.567,5", "-1234567.5"}, {german, "+1.234", "1234"}, {german, "12.345", "12345"}, {german, "123.456.789", "123456789"},
		{german, "1234,5", "1234.5"}, {german, "0,5", "0.5"}, {german, "007", "7"}, {german, "1,5e3", "1.5e3"}, {german, " 1.234 ", "1234"}, {german, "", ""},
		not(german, ".", "12.34"), not(german, ".", "1234.567"), not(german, ".", "1.2345"), not(german, ".", "1.234.56"), not(german, ".", "1..234"), not(german, ".", ".123"), not(german, ".", "1."),
		not(german, ".", "0.123"), not(german, ".", "012.345"), not(german, ".", "1.234e5"), not(german, ".", "1,234.567"), not(german, ".", "1.234,5.6"), not(german, ".", "1.234,5,6"), not(german, ".", "1.234 "+"567"), not(german, ".", "-.123"), not(german, ".", "--1.234"),
		{german, "1.234,", `"1.234," is not a number`},
		{swiss, "1'234.50", "1234.50"}, {swiss, "1’234’567", "1234567"}, not(swiss, "'", "1'234’567"), {swiss, "1.5", "1.5"},
		{french, "1 234,5", "1234.5"}, {french, "1\u00a0234,5", "1234.5"}, {french, "1\u202f234\u202f567", "1234567"}, not(french, " ", "1 234\u00a0567"), not(french, " ", "1  234"), not(french, " ", "- 1"),
		{english, "1,234,567.89", "1234567.89"}, not(english, ",", "1.234,5"), {english, strings.Repeat("999,", 99) + "999", strings.Repeat("9", 300)},
		{integer, "1.234", "1234"}, {integer, "-9.223.372.036.854.775.808", "-9223372036854775808"}, {integer, "9.223.372.036.854.775.808", `"9.223.372.036.854.775.808" does not fit 64 bits`},
		{integer, "1234", "1234"}, not(integer, ".", "1.5"), {integer, "1,5", `"1,5" is not an integer`}, {narrow, "12\u202f345", "12345"}, {narrow, "12 345", "12345"},
	})
	// What JSONL calls a number has a decimal point and no thousands, whatever text has.
	checkCells(t, true, []cell{
		{integer, `1.234`, `"1.234" is not an integer`}, {integer, `"1.234"`, "1234"}, {german, `1.234`, "1.234"}, {german, `"1.234"`, "1234"}, {german, `1234`, "1234"},
	})
}
