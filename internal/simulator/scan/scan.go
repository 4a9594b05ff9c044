// Package scan reads JSON as text: members and elements keep their types, digits and
// spelling. Its functions, MemberOf and TextsOf aside, take text that json.Valid has
// passed, and only such text.
package scan

import (
	"encoding/json"
	"iter"
	"strings"
)

// Members yields the names, decoded, and values, as text, of an object.
func Members(object string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		i := spaceEnd(object, 1)
		for object[i] != '}' {
			end := stringEnd(object, i)
			name := Decoded(object[i:end])
			i = spaceEnd(object, spaceEnd(object, end)+1)
			end = valueEnd(object, i)
			if !yield(name, object[i:end]) {
				return
			}
			i = nextItem(object, end)
		}
	}
}

// Elements yields the values of an array as text.
func Elements(array string) iter.Seq[string] {
	return func(yield func(string) bool) {
		i := spaceEnd(array, 1)
		for array[i] != ']' {
			end := valueEnd(array, i)
			if !yield(array[i:end]) {
				return
			}
			i = nextItem(array, end)
		}
	}
}

// Decoded returns the text of a JSON string, without a copy if it has no escapes.
func Decoded(quoted string) string {
	if strings.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if err := json.Unmarshal([]byte(quoted), &s); err != nil {
		panic("scan: not a JSON string: " + err.Error())
	}
	return s
}

// nextItem skips the comma, if there is one.
func nextItem(s string, i int) int {
	i = spaceEnd(s, i)
	if s[i] == ',' {
		i = spaceEnd(s, i+1)
	}
	return i
}

func spaceEnd(s string, i int) int {
	for s[i] == ' ' || s[i] == '\n' || s[i] == '\r' || s[i] == '\t' {
		i++
	}
	return i
}

func stringEnd(s string, i int) int {
	for i++; s[i] != '"'; i++ {
		if s[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// valueEnd is the index after the value that starts at i.
func valueEnd(s string, i int) int {
	switch s[i] {
	case '"':
		return stringEnd(s, i)
	case '{', '[':
		return containerEnd(s, i)
	}
	for ; i < len(s); i++ {
		switch s[i] {
		case ',', ']', '}', ' ', '\n', '\r', '\t':
			return i
		}
	}
	return i
}

func containerEnd(s string, i int) int {
	for depth := 0; ; {
		switch s[i] {
		case '"':
			i = stringEnd(s, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		i++
		if depth == 0 {
			return i
		}
	}
}
