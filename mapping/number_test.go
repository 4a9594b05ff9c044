package mapping

import (
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/mapping/convert"
)

func TestIntegers(t *testing.T) {
	t.Parallel()
	const integer = "type: integer"
	not := func(text string) cell { return cell{integer, text, convert.Quote([]byte(text)) + " is not an integer"} }
	grouped := func(mark, text string) cell {
		return cell{integer, text, not(text).want + `; if its thousands are separated, write thousands: "` + mark + `" in the mapping`}
	}
	checkCells(t, false, []cell{
		{integer, "0", "0"}, {integer, "7", "7"}, {integer, "+7", "7"}, {integer, "-7", "-7"},
		{integer, "-0", "0"}, {integer, "+0", "0"}, {integer, "000", "0"}, {integer, "-000", "0"},
		{integer, "007", "7"}, {integer, "-007", "-7"}, {integer, " 7\t", "7"}, {integer, "\u00a07\u2003", "7"},
		{integer, "1234567890123456789", "1234567890123456789"},
		{integer, "0000000000000000000000000000000000000000042", "42"},
		{integer, "9223372036854775807", "9223372036854775807"}, {integer, "-9223372036854775808", "-9223372036854775808"},
		{integer, "9223372036854775808", `"9223372036854775808" does not fit 64 bits`},
		{integer, "-9223372036854775809", `"-9223372036854775809" does not fit 64 bits`},
		{integer, strings.Repeat("9", 400), `"` + strings.Repeat("9", 60) + `"… does not fit 64 bits`},
		{integer, "", ""}, {integer, "  ", ""},
		{integer, "7.0", not("7.0").want + "; type: number takes fractions"}, {integer, "7,0", not("7,0").want + "; type: number takes fractions"}, not("1_000"), grouped(",", "1,000"), grouped(".", "-1.000"), grouped(" ", "1 000"), grouped(" ", "1\u202f000"), grouped("'", "1’000"),
		not("0x10"), not("0b1"), not("0o7"), not("1e3"), not("--1"), not("+-1"), not("+"), not("-"), not("- 1"), not("7-"),
		not("seven"), not("true"), not("NaN"), not("Infinity"), not("٣"), not("７"), not("7€"),
	})
	checkCells(t, true, []cell{
		{integer, `7`, "7"}, {integer, `-7`, "-7"}, {integer, `"007"`, "7"}, {integer, `1234567890123456789`, "1234567890123456789"},
		{integer, `-0`, "0"}, {integer, `7.0`, `"7.0" is not an integer`}, {integer, `7e2`, `"7e2" is not an integer`},
		{integer, `true`, `"true" is not an integer`}, {integer, `[7]`, `"[7]" is not of type integer`},
		{integer, `{"a":7}`, `"{\"a\":7}" is not of type integer`}, {integer, `null`, ""}, {integer, `""`, ""}, {integer, ``, ""},
	})
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	const number, comma = "type: number", `type: number, decimal: ","`
	not := func(text string) cell { return cell{number, text, `"` + text + `" is not a number`} }
	long := "0." + strings.Repeat("3", 998)
	checkCells(t, false, []cell{
		{number, "0", "0"}, {number, "1.5", "1.5"}, {number, "-1.5", "-1.5"}, {number, "+1.5", "1.5"}, {number, " 1.5 ", "1.5"},
		{number, "1.10", "1.10"}, {number, "1.0", "1.0"}, {number, "00.50", "0.50"}, {number, "007", "7"}, {number, "-007.5", "-7.5"},
		{number, ".5", "0.5"}, {number, "-.5", "-0.5"}, {number, "+.5e1", "0.5e1"}, {number, "-0", "-0"}, {number, "-0.0", "-0.0"},
		{number, "1e3", "1e3"}, {number, "1E+3", "1E+3"}, {number, "1.5e-3", "1.5e-3"}, {number, "1e007", "1e007"},
		{number, "1e308", "1e308"}, {number, "1e-999", "1e-999"}, {number, "0e999", "0e999"},
		{number, "9223372036854775808", "9223372036854775808"}, {number, "0.1234567890123456789012345", "0.1234567890123456789012345"},
		{number, strings.Repeat("9", 300), strings.Repeat("9", 300)}, {number, strings.Repeat("9", 308), strings.Repeat("9", 308)},
		{number, strings.Repeat("0", 2000) + "1", "1"}, {number, long, long},
		{number, "1e309", `"1e309" is out of range`}, {number, "-1e999", `"-1e999" is out of range`},
		{number, "1e99999999999999999999", `"1e99999999999999999999" is out of range`},
		{number, strings.Repeat("9", 400), `"` + strings.Repeat("9", 60) + `"… is out of range`},
		{number, long + "3", "the value is 1001 bytes; the limit is 1000"},
		{number, strings.Repeat("9", 1001), "the value is 1001 bytes; the limit is 1000"},
		{number, "1,5", `"1,5" is not a number with decimal "."; decimal and thousands in the mapping say how the input writes numbers`}, {number, "1,000.5", `"1,000.5" is not a number with decimal "."; decimal and thousands in the mapping say how the input writes numbers`},
		{number, "", ""}, {number, "\u00a0", ""},
		not("5."), not("."), not("-"), not("-."), not("+"), not("e5"), not("1e"), not("1e+"), not("1e5.5"), not("1.5.5"), not("1.e5"),
		not("1_000"), not("0x1p4"), not("0x10"), not("NaN"), not("nan"), not("inf"), not("Infinity"), not("-Infinity"),
		not("1.5€"), not("5%"), not("١"), not("--1"), not("1-"), not("true"),
	})
	checkCells(t, false, []cell{
		{comma, "1,5", "1.5"}, {comma, "-,5", "-0.5"}, {comma, "15", "15"}, {comma, "1,5e3", "1.5e3"}, {comma, "007,50", "7.50"},
		{comma, "1.5", `"1.5" is not a number with decimal ","; decimal and thousands in the mapping say how the input writes numbers`}, {comma, "1.000,5", `"1.000,5" is not a number with decimal ","; decimal and thousands in the mapping say how the input writes numbers`},
		{comma, "1,", `"1," is not a number`}, {comma, "1,5,5", `"1,5,5" is not a number`}, {comma, ",", `"," is not a number`},
		{`type: number, decimal: "."`, "1.5", "1.5"},
		{comma + `, default: "0,5"`, "", "0.5"},
	})
	checkCells(t, true, []cell{
		{number, `1.10`, "1.10"}, {number, `1E5`, "1E5"}, {number, `"1.10"`, "1.10"}, {number, `-0`, "-0"}, {number, `1e999`, `"1e999" is out of range`},
		{number, `true`, `"true" is not a number`}, {number, `[1]`, `"[1]" is not of type number`}, {number, `null`, ""},
		{comma, `1.10`, "1.10"}, {comma, `"1,10"`, "1.10"}, {comma, `"1.10"`, `"1.10" is not a number with decimal ","; decimal and thousands in the mapping say how the input writes numbers`},
	})
}
