// Package jsontext reads and writes JSON as text: it finds values without
// building them, so that numbers keep their digits and objects their order.
//
// Start with Scanner to read, with AppendString to write.
package jsontext

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth bounds how deep arrays and objects may nest, the outermost included.
const MaxDepth = 200

// Kind is what a JSON value is.
type Kind uint8

// The kinds of values. None is what Scanner.Value returns after an error.
const (
	None Kind = iota
	String
	Number
	Boolean
	Null
	Composite // an object or an array
)

// Error is where and why a text is not JSON.
type Error struct {
	At  int // index of the byte
	Msg string
}

// Scanner moves over the JSON text (RFC 8259) in Data from Pos on. Its methods
// do nothing more once Err is set. It belongs to one goroutine.
type Scanner struct {
	Data []byte
	Pos  int
	Err  *Error
}

// Valid reports whether text is exactly one JSON value. It must be UTF-8, have
// no half surrogate pairs and nest no deeper than MaxDepth.
func Valid(text []byte) bool {
	s := Scanner{Data: text}
	s.Space()
	s.Value(0)
	s.Space()
	return s.Err == nil && s.Pos == len(text) && utf8.Valid(text)
}

// Fail notes an error at Pos, unless there is one already.
func (s *Scanner) Fail(msg string) {
	if s.Err == nil {
		s.Err = &Error{s.Pos, msg}
	}
}

// Space passes over white space.
func (s *Scanner) Space() {
	for s.Pos < len(s.Data) {
		switch s.Data[s.Pos] {
		case ' ', '\t', '\n', '\r':
			s.Pos++
		default:
			return
		}
	}
}

// Peek returns the next byte, or 0 at the end.
func (s *Scanner) Peek() byte {
	if s.Pos < len(s.Data) {
		return s.Data[s.Pos]
	}
	return 0
}

// Expect passes over c, or fails.
func (s *Scanner) Expect(c byte) bool {
	if s.Peek() != c {
		s.Fail("expected '" + string(c) + "'")
		return false
	}
	s.Pos++
	return true
}

// Value passes over one value that is inside depth others and returns its kind.
func (s *Scanner) Value(depth int) Kind {
	switch c := s.Peek(); {
	case c == '"':
		s.String()
		return String
	case depth == MaxDepth && (c == '{' || c == '['):
		s.Fail("nested deeper than 200 levels")
		return None
	case c == '{':
		s.object(depth)
		return Composite
	case c == '[':
		s.array(depth)
		return Composite
	case c == 't':
		s.word("true")
		return Boolean
	case c == 'f':
		s.word("false")
		return Boolean
	case c == 'n':
		s.word("null")
		return Null
	case c == '-' || '0' <= c && c <= '9':
		s.number()
		return Number
	}
	s.Fail("expected a value")
	return None
}

func (s *Scanner) word(w string) {
	if !bytes.HasPrefix(s.Data[s.Pos:], []byte(w)) {
		s.Fail("expected " + w)
		return
	}
	s.Pos += len(w)
}

// String passes over a string and reports whether it holds escapes.
func (s *Scanner) String() (escaped bool) {
	if !s.Expect('"') {
		return false
	}
	for s.Err == nil {
		s.Pos = PlainRun(s.Data, s.Pos)
		switch c := s.Peek(); {
		case s.Pos == len(s.Data):
			s.Fail("a string that is never closed")
		case c == '"':
			s.Pos++
			return escaped
		case c == '\\':
			escaped = true
			s.escape()
		default:
			s.Fail("a control character inside a string; it must be escaped")
		}
	}
	return escaped
}

// escape passes over one escape. Surrogates must come in pairs.
func (s *Scanner) escape() {
	switch next := s.at(s.Pos + 1); next {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.Pos += 2
	case 'u':
		r, ok := hex4(s.Data, s.Pos+2)
		switch {
		case !ok:
			s.Fail(`\u without four hexadecimal digits`)
		case !utf16.IsSurrogate(r):
			s.Pos += 6
		case s.pairs(r):
			s.Pos += 12
		default:
			s.Fail("half of a surrogate pair")
		}
	default:
		s.Fail("an escape that JSON does not know")
	}
}

func (s *Scanner) pairs(high rune) bool {
	if s.at(s.Pos+6) != '\\' || s.at(s.Pos+7) != 'u' {
		return false
	}
	low, ok := hex4(s.Data, s.Pos+8)
	return ok && utf16.DecodeRune(high, low) != utf8.RuneError
}

func (s *Scanner) at(i int) byte {
	if i < len(s.Data) {
		return s.Data[i]
	}
	return 0
}

func (s *Scanner) number() {
	if s.Peek() == '-' {
		s.Pos++
	}
	if s.Peek() == '0' {
		s.Pos++
	} else {
		s.digits()
	}
	if s.Peek() == '.' {
		s.Pos++
		s.digits()
	}
	if c := s.Peek(); c == 'e' || c == 'E' {
		s.Pos++
		if c := s.Peek(); c == '+' || c == '-' {
			s.Pos++
		}
		s.digits()
	}
}

func (s *Scanner) digits() {
	data, i := s.Data, s.Pos
	for i < len(data) && data[i]-'0' <= 9 {
		i++
	}
	if i == s.Pos {
		s.Fail("expected a digit")
	}
	s.Pos = i
}

func (s *Scanner) object(depth int) {
	s.Pos++
	s.Space()
	if s.Peek() == '}' {
		s.Pos++
		return
	}
	for s.Err == nil {
		s.String()
		s.Space()
		s.Expect(':')
		s.Space()
		s.Value(depth + 1)
		s.Space()
		if s.Peek() != ',' {
			s.Expect('}')
			return
		}
		s.Pos++
		s.Space()
	}
}

func (s *Scanner) array(depth int) {
	s.Pos++
	s.Space()
	if s.Peek() == ']' {
		s.Pos++
		return
	}
	for s.Err == nil {
		s.Value(depth + 1)
		s.Space()
		if s.Peek() != ',' {
			s.Expect(']')
			return
		}
		s.Pos++
		s.Space()
	}
}

// CutOff reports whether the text may be broken only because it ends too soon. The
// longest part that is read as a whole is a pair of escaped surrogates.
func (s *Scanner) CutOff() bool {
	return s.Err != nil && s.Err.At > len(s.Data)-len(`\ud83d\ude00`)
}

func hex4(data []byte, i int) (r rune, ok bool) {
	if i+4 > len(data) {
		return 0, false
	}
	for _, c := range data[i : i+4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// AppendUnescaped appends the text of a valid JSON string, whose content is what
// lies between its quotes.
func AppendUnescaped(dst, content []byte) []byte {
	for i := 0; i < len(content); i++ {
		if content[i] != '\\' {
			dst = append(dst, content[i])
			continue
		}
		i++
		switch c := content[i]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(content, i+1)
			i += 4
			if utf16.IsSurrogate(r) {
				low, _ := hex4(content, i+3)
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
