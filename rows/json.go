package rows

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds how deep arrays and objects may nest, the outermost included.
const maxDepth = 200

// jsonError is where and why a text is not JSON.
type jsonError struct {
	at  int // index of the byte
	msg string
}

// scanner walks over JSON text (RFC 8259) without building values.
type scanner struct {
	data []byte
	pos  int
	err  *jsonError
}

// ValidJSON reports whether text is exactly one JSON value. It must be UTF-8,
// have no half surrogate pairs and nest no deeper than 200 levels.
func ValidJSON(text []byte) bool {
	s := scanner{data: text}
	s.space()
	s.value(0)
	s.space()
	return s.err == nil && s.pos == len(text) && utf8.Valid(text)
}

func (s *scanner) fail(msg string) {
	if s.err == nil {
		s.err = &jsonError{s.pos, msg}
	}
}

func (s *scanner) space() {
	for s.pos < len(s.data) {
		switch s.data[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.data) {
		return s.data[s.pos]
	}
	return 0
}

func (s *scanner) expect(c byte) bool {
	if s.peek() != c {
		s.fail("expected '" + string(c) + "'")
		return false
	}
	s.pos++
	return true
}

// value passes over one value inside depth others and returns its kind.
func (s *scanner) value(depth int) Kind {
	switch c := s.peek(); {
	case c == '"':
		s.str()
		return Text
	case depth == maxDepth && (c == '{' || c == '['):
		s.fail("nested deeper than 200 levels")
		return Absent
	case c == '{':
		s.object(depth)
		return JSON
	case c == '[':
		s.array(depth)
		return JSON
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
	s.fail("expected a value")
	return Absent
}

func (s *scanner) word(w string) {
	if !bytes.HasPrefix(s.data[s.pos:], []byte(w)) {
		s.fail("expected " + w)
		return
	}
	s.pos += len(w)
}

// str passes over a string and reports whether it holds escapes.
func (s *scanner) str() (escaped bool) {
	if !s.expect('"') {
		return false
	}
	for s.err == nil {
		s.pos = plainRun(s.data, s.pos)
		switch c := s.peek(); {
		case s.pos == len(s.data):
			s.fail("a string that is never closed")
		case c == '"':
			s.pos++
			return escaped
		case c == '\\':
			escaped = true
			s.escape()
		default:
			s.fail("a control character inside a string; it must be escaped")
		}
	}
	return escaped
}

// escape passes over one escape; surrogates must come in pairs.
func (s *scanner) escape() {
	switch next := s.at(s.pos + 1); next {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos += 2
	case 'u':
		r, ok := hex4(s.data, s.pos+2)
		switch {
		case !ok:
			s.fail(`\u without four hexadecimal digits`)
		case !utf16.IsSurrogate(r):
			s.pos += 6
		case s.pairs(r):
			s.pos += 12
		default:
			s.fail("half of a surrogate pair")
		}
	default:
		s.fail("an escape that JSON does not know")
	}
}

func (s *scanner) pairs(high rune) bool {
	if s.at(s.pos+6) != '\\' || s.at(s.pos+7) != 'u' {
		return false
	}
	low, ok := hex4(s.data, s.pos+8)
	return ok && utf16.DecodeRune(high, low) != utf8.RuneError
}

func (s *scanner) at(i int) byte {
	if i < len(s.data) {
		return s.data[i]
	}
	return 0
}

func (s *scanner) number() {
	if s.peek() == '-' {
		s.pos++
	}
	if s.peek() == '0' {
		s.pos++
	} else {
		s.digits()
	}
	if s.peek() == '.' {
		s.pos++
		s.digits()
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.pos++
		if c := s.peek(); c == '+' || c == '-' {
			s.pos++
		}
		s.digits()
	}
}

func (s *scanner) digits() {
	data, i := s.data, s.pos
	for i < len(data) && data[i]-'0' <= 9 {
		i++
	}
	if i == s.pos {
		s.fail("expected a digit")
	}
	s.pos = i
}

func (s *scanner) object(depth int) {
	s.pos++
	s.space()
	if s.peek() == '}' {
		s.pos++
		return
	}
	for s.err == nil {
		s.str()
		s.space()
		s.expect(':')
		s.space()
		s.value(depth + 1)
		s.space()
		if s.peek() != ',' {
			s.expect('}')
			return
		}
		s.pos++
		s.space()
	}
}

func (s *scanner) array(depth int) {
	s.pos++
	s.space()
	if s.peek() == ']' {
		s.pos++
		return
	}
	for s.err == nil {
		s.value(depth + 1)
		s.space()
		if s.peek() != ',' {
			s.expect(']')
			return
		}
		s.pos++
		s.space()
	}
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

// appendUnescaped appends the text of a valid JSON string's content.
func appendUnescaped(dst, content []byte) []byte {
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
