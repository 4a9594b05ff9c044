package convert

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/internal/jsontext"
)

func appendBoolean(dst []byte, r *Rule, text []byte) ([]byte, string) {
	if slices.Contains(r.False, string(text)) { // the usual case; the search below would be the second
		return append(dst, "false"...), ""
	}
	if isOneOf(text, r.True) {
		return append(dst, "true"...), ""
	}
	if isOneOf(text, r.False) {
		return append(dst, "false"...), ""
	}
	if r.Advice != "" { // its words are too many to list
		return dst, Quote(text) + " is not a word for true or false"
	}
	return dst, fmt.Sprintf("%s is none of the words for true (%s) and false (%s)",
		Quote(text), Listed(r.True), Listed(r.False))
}

func isOneOf(text []byte, words []string) bool {
	for _, w := range words {
		if w == string(text) || strings.EqualFold(w, string(text)) {
			return true
		}
	}
	return false
}

// appendList appends the parts between the separators as an array of strings.
func appendList(dst []byte, r *Rule, text []byte, limit int) ([]byte, string) {
	start := len(dst)
	dst = append(dst, '[')
	for more := true; more; {
		var part []byte
		part, text, more = bytes.Cut(text, []byte(r.Separator))
		if r.Trim {
			part = bytes.TrimSpace(part)
		}
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
		dst = jsontext.AppendString(dst, part)
	}
	dst = append(dst, ']')
	return dst, TooLong(len(dst)-start, limit)
}

func appendJSON(dst, text []byte, limit int) ([]byte, string) {
	if !jsontext.Valid(text) {
		return dst, Quote(text) + ` is not JSON, such as {"city": "Berlin"}`
	}
	if p := TooLong(len(text), limit); p != "" {
		return dst, p
	}
	return append(dst, text...), ""
}

func appendText(dst, text []byte, limit int) ([]byte, string) {
	if p := TooLong(len(text), limit); p != "" {
		return dst, p
	}
	return jsontext.AppendString(dst, text), ""
}

// TooLong says that a value of n bytes is over the limit, if it is.
func TooLong(n, limit int) string {
	if n <= limit {
		return ""
	}
	return sizeProblem(n, limit)
}

func sizeProblem(n, limit int) string {
	return fmt.Sprintf("the value is %d bytes; the limit is %d", n, limit)
}

// Quote shows the user's text in a message, shortened.
func Quote(text []byte) string {
	const most = 60
	if len(text) <= most {
		return strconv.Quote(string(text))
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(string(text[:cut])) + "…"
}

// Listed joins names for a message.
func Listed(names []string) string {
	const most = 20
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
