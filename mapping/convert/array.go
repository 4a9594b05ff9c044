package convert

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/internal/jsontext"
)

// The layouts of lists that a program wrote as one text. Other lists have
// a separator.
const (
	ArrayPostgres = "postgres" // {a,"b c",NULL}
	ArrayPython   = "python"   // ['a', "b c", 1, None]
)

// ArrayLayouts are the names of these layouts.
var ArrayLayouts = []string{ArrayPostgres, ArrayPython}

// checkList checks how the text of a list is split.
func checkList(r *Rule) *Mistake {
	switch {
	case r.Array == "" && r.Separator == "":
		return &Mistake{Key: "type", OfValue: true, Msg: "type list needs a separator", Hint: `add for example separator: "|"`}
	case r.Array == "":
		return nil
	case !slices.Contains(ArrayLayouts, r.Array):
		return layoutMistake(0, "the layouts of lists are "+Listed(ArrayLayouts)+"; for others write a separator", "%q is not a layout of lists", r.Array)
	case r.Separator != "":
		return &Mistake{Key: "separator", Msg: "a list has either a separator or a layout", Hint: "keep one of them"}
	}
	return nil
}

// appendArray appends the elements of an array as an array of JSON. The elements of
// Postgres are text or NULL; those of Python have their types.
func appendArray(dst []byte, layout string, text []byte, limit int) ([]byte, string) {
	start := len(dst)
	w := arrayReader{text: text, python: layout == ArrayPython}
	dst, ok := w.array(append(dst, '['))
	if !ok {
		example := `{blue,"dark red"}`
		if w.python {
			example = `['blue', 'dark red']`
		}
		return dst[:start], fmt.Sprintf("%s is not a list of layout %s, such as %s", Quote(text), layout, example)
	}
	dst = append(dst, ']')
	return dst, TooLong(len(dst)-start, limit)
}

// arrayReader walks over the text of an array.
type arrayReader struct {
	text    []byte
	python  bool
	scratch []byte // an element without its escapes
}

// array appends all elements with commas between them. Arrays within arrays are
// refused: the service compares no such lists.
func (w *arrayReader) array(dst []byte) (_ []byte, ok bool) {
	opening, closing := byte('{'), byte('}')
	if w.python {
		opening, closing = '[', ']'
	}
	if !w.take(opening) {
		return dst, false
	}
	if w.take(closing) {
		return dst, len(w.text) == 0
	}
	for {
		if dst, ok = w.element(dst, closing); !ok {
			return dst, false
		}
		if w.take(closing) {
			return dst, len(w.text) == 0
		}
		if !w.take(',') {
			return dst, false
		}
		if w.python && w.take(closing) { // a comma may follow the last element
			return dst, len(w.text) == 0
		}
		dst = append(dst, ',')
	}
}

// take drops white space and the byte c that follows it.
func (w *arrayReader) take(c byte) bool {
	w.text = Trim(w.text)
	if len(w.text) == 0 || w.text[0] != c {
		return false
	}
	w.text = w.text[1:]
	return true
}

func (w *arrayReader) element(dst []byte, closing byte) (_ []byte, ok bool) {
	w.text = Trim(w.text)
	if w.python && len(w.text) > 1 && w.text[0] == 'u' && (w.text[1] == '\'' || w.text[1] == '"') {
		w.text = w.text[1:]
	}
	if len(w.text) > 0 && (w.text[0] == '"' || w.python && w.text[0] == '\'') {
		return w.quotedElement(dst)
	}
	end := 0
	for end < len(w.text) && w.text[end] != ',' && w.text[end] != closing {
		if strings.IndexByte(`{}"\`, w.text[end]) >= 0 {
			return dst, false
		}
		end++
	}
	word := Trim(w.text[:end])
	w.text = w.text[end:]
	if len(word) == 0 {
		return dst, false
	}
	if w.python {
		return appendPythonWord(dst, word)
	}
	if strings.EqualFold(string(word), "null") {
		return append(dst, "null"...), true
	}
	return jsontext.AppendString(dst, word), true
}

// appendPythonWord appends what Python writes without quotes.
func appendPythonWord(dst, word []byte) ([]byte, bool) {
	if json, known := map[string]string{"True": "true", "False": "false", "None": "null"}[string(word)]; known {
		return append(dst, json...), true
	}
	return AppendNumber(dst, word)
}

// quotedElement appends a string in quotes. A backslash escapes the next character;
// in Python some letters after it stand for others.
func (w *arrayReader) quotedElement(dst []byte) (_ []byte, ok bool) {
	quote := w.text[0]
	w.text, w.scratch = w.text[1:], w.scratch[:0]
	for len(w.text) > 0 {
		switch c := w.text[0]; {
		case c == quote:
			w.text = w.text[1:]
			return jsontext.AppendString(dst, w.scratch), utf8.Valid(w.scratch)
		case c == '\\' && len(w.text) < 2:
			return dst, false
		case c == '\\' && w.python && w.text[1] != '\'' && w.text[1] != '"':
			r, _, tail, err := strconv.UnquoteChar(string(w.text), quote)
			if err != nil {
				return dst, false
			}
			w.text = w.text[len(w.text)-len(tail):]
			w.scratch = utf8.AppendRune(w.scratch, r) // \xe9 is a character to Python, not a byte
		case c == '\\':
			w.scratch, w.text = append(w.scratch, w.text[1]), w.text[2:]
		default:
			w.scratch, w.text = append(w.scratch, c), w.text[1:]
		}
	}
	return dst, false
}
