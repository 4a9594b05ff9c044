package mapping

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// Findings count what a run should say about its rows besides their verdicts. The
// zero Findings is ready. Each mapper has its own, which Mapper.Found takes; Merge
// adds them up. As JSON they may be kept with a run: they hold numbers of rows and no
// data of people.
type Findings struct {
	Shortened Examples `json:"shortened,omitzero"` // identifiers such as 1.23E+15, which lost digits in a spreadsheet
	Decimal   Examples `json:"decimal,omitzero"`   // identifiers such as 1001.0, as pandas writes whole numbers

	// Converted counts the texts that were converted to the form in which the service
	// reads the attribute, without a type in the mapping.
	Converted [len(serviceAttributes)]int64 `json:"converted,omitzero"`

	// Digits are the identifiers of digits only, by length, and Zeros are those with
	// a leading zero among them.
	Digits [maxDigits + 1]Examples `json:"digits,omitzero"`
	Zeros  [maxDigits + 1]int64    `json:"zeros,omitzero"`
}

// maxDigits is how many digits an identifier may have to be counted by its length.
const maxDigits = 20

// Examples are a count with the numbers of the first rows.
type Examples struct {
	Count int64    `json:"count"`
	Rows  [3]int64 `json:"rows"` // the first ones; 0 where there are fewer
}

func (e *Examples) add(row int64) {
	if e.Count < int64(len(e.Rows)) {
		e.Rows[e.Count] = row
	}
	e.Count++
}

// merge adds the rows of other, and keeps the smallest of their numbers.
func (e *Examples) merge(other *Examples) {
	var rows [2 * len(e.Rows)]int64
	n := copy(rows[:], e.listed())
	n += copy(rows[n:], other.listed())
	e.Count += other.Count
	for i := range n { // few: the least comes first
		for j := i + 1; j < n; j++ {
			if rows[j] < rows[i] {
				rows[i], rows[j] = rows[j], rows[i]
			}
		}
	}
	copy(e.Rows[:], rows[:])
}

func (e *Examples) listed() []int64 { return e.Rows[:min(e.Count, int64(len(e.Rows)))] }

// String lists the rows, such as "rows 2, 5, 9, …".
func (e *Examples) String() string {
	numbers := make([]string, 0, len(e.Rows)+1)
	for _, row := range e.listed() {
		numbers = append(numbers, fmt.Sprint(row))
	}
	if e.Count > int64(len(e.Rows)) {
		numbers = append(numbers, "…")
	}
	word := "rows "
	if e.Count == 1 {
		word = "row "
	}
	return word + strings.Join(numbers, ", ")
}

// Merge adds the counts of other.
func (f *Findings) Merge(other *Findings) {
	f.Shortened.merge(&other.Shortened)
	f.Decimal.merge(&other.Decimal)
	for i := range f.Converted {
		f.Converted[i] += other.Converted[i]
	}
	for i := range f.Digits {
		f.Digits[i].merge(&other.Digits[i])
		f.Zeros[i] += other.Zeros[i]
	}
}

// LostZeros are the identifiers of digits that are shorter than those with leading
// zeros and have none: a spreadsheet may have dropped them.
func (f *Findings) LostZeros() (lost Examples) {
	longest := maxDigits
	for longest > 0 && f.Zeros[longest] == 0 {
		longest--
	}
	for n := 1; n < longest; n++ {
		if f.Zeros[n] == 0 {
			lost.merge(&f.Digits[n])
		}
	}
	return lost
}

// Notes say in sentences what was found. There are none if nothing was.
func (f *Findings) Notes() (notes []string) {
	add := func(e Examples, one, many string) {
		switch {
		case e.Count == 1:
			notes = append(notes, fmt.Sprintf("1 identifier %s (%s)", one, &e))
		case e.Count > 1:
			notes = append(notes, fmt.Sprintf("%d identifiers %s (%s)", e.Count, many, &e))
		}
	}
	add(f.Shortened, "such as 1.23E+15 was shortened by a spreadsheet, and its digits are lost", "such as 1.23E+15 were shortened by a spreadsheet, and their digits are lost")
	add(f.Decimal, "such as 1001.0 ends in .0, as programs write whole numbers of a column with gaps", "such as 1001.0 end in .0, as programs write whole numbers of a column with gaps")
	add(f.LostZeros(), "is shorter than others and has no leading zero as they have: a spreadsheet may have dropped it", "are shorter than others and have no leading zeros as they have: a spreadsheet may have dropped them")
	for i, count := range f.Converted {
		if count > 0 {
			notes = append(notes, fmt.Sprintf("%s: %s converted to %s", serviceAttributes[i].name, counted(count, "value", "values"), serviceAttributes[i].sentAs))
		}
	}
	return notes
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// AddID looks at an id for signs of damage. row is the number of its row. It allocates
// nothing.
func (f *Findings) AddID(id []byte, row int64) {
	if len(id) == 0 || id[0]-'0' > 9 {
		return // as no damaged one begins, except with a minus
	}
	n := len(id)
	switch {
	case f.addDigits(id, row):
	case n > 2 && id[n-1] == '0' && id[n-2] == '.' && onlyDigits(id[:n-2]):
		f.Decimal.add(row)
	case isShortened(id):
		f.Shortened.add(row)
	}
}

// addDigits counts an id of digits only, and reports whether it is one.
func (f *Findings) addDigits(id []byte, row int64) bool {
	n := len(id)
	if n == 0 || n > maxDigits || !onlyDigits(id) {
		return false
	}
	f.Digits[n].add(row)
	if id[0] == '0' && n > 1 {
		f.Zeros[n]++
	}
	return true
}

// onlyDigits reports whether text has only ASCII digits.
func onlyDigits(text []byte) bool {
	if n := len(text); n >= 8 {
		if !eightDigits(text[n-8:]) {
			return false
		}
		for ; n >= 16; n -= 8 {
			if !eightDigits(text[n-16:]) {
				return false
			}
		}
		text = text[:min(len(text), n-8)]
	}
	for _, c := range text {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

// eightDigits reports whether the first eight bytes of text are digits.
func eightDigits(text []byte) bool {
	const threes, sixes, high = 0x3030303030303030, 0x0606060606060606, 0xf0f0f0f0f0f0f0f0
	w := binary.LittleEndian.Uint64(text)
	return w&high == threes && (w+sixes)&high == threes
}

// isShortened reports whether text is a number as spreadsheets shorten it, such as
// 1.23E+15 or 1,23E+15.
func isShortened(text []byte) bool {
	mantissa, exponent, found := cutExponent(text)
	if !found || len(exponent) == 0 || !onlyDigits(exponent) || mantissa[0]-'0' > 9 {
		return false
	}
	return len(mantissa) == 1 || len(mantissa) > 2 && (mantissa[1] == '.' || mantissa[1] == ',') && onlyDigits(mantissa[2:])
}

// cutExponent cuts a number at its exponent, which must have a sign.
func cutExponent(text []byte) (mantissa, exponent []byte, found bool) {
	at := bytes.IndexAny(text, "Ee")
	if at < 1 || at+2 > len(text) || text[at+1] != '+' {
		return text, nil, false
	}
	return text[:at], text[at+2:], true
}
