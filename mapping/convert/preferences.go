package convert

import (
	"fmt"

	"github.com/ciobulk/ciobulk/internal/jsontext"
)

// appendPreferences appends an object of subscription preferences. The service reads
// only topics that are true or false: the rule's words for them are written so.
func appendPreferences(dst []byte, r *Rule, text []byte, limit int) ([]byte, string) {
	if !jsontext.Valid(text) || text[0] != '{' {
		return dst, Quote(text) + ` is not an object of preferences, such as {"topics": {"topic_1": true}}`
	}
	start, copied, problem := len(dst), 0, ""
	topic := func(name, value []byte, at int) {
		if value[0] == 't' || value[0] == 'f' || problem != "" {
			return
		}
		word := value
		switch value[0] {
		case '"':
			word = Trim(jsontext.AppendUnescaped(nil, value[1:len(value)-1]))
		case '{', '[':
			word = nil
		}
		dst = append(dst, text[copied:at]...)
		if dst, problem = appendBoolean(dst, r, word); problem != "" {
			problem = fmt.Sprintf(`%s in the preferences is %s, neither true nor false, as in {"topics": {"topic_1": true}}`, Quote(name), Quote(value))
		}
		copied = at + len(value)
	}
	eachMember(text, func(name, value []byte, at int) {
		switch {
		case string(name) != "topics":
		case value[0] != '{':
			problem = Quote(text) + ` holds no object of topics, such as {"topics": {"topic_1": true}}`
		default:
			eachMember(value, func(name, v []byte, i int) { topic(name, v, at+i) })
		}
	})
	if problem != "" {
		return dst[:start], problem
	}
	dst = append(dst, text[copied:]...)
	return dst, TooLong(len(dst)-start, limit)
}

// eachMember calls f with the name and the value of each member of an object, which
// is valid JSON, and where in the object the value starts. Names keep their escapes.
func eachMember(object []byte, f func(name, value []byte, at int)) {
	s := jsontext.Scanner{Data: object, Pos: 1}
	for s.Space(); s.Peek() == '"'; s.Space() {
		start := s.Pos + 1
		s.String()
		name := object[start : s.Pos-1]
		s.Space()
		s.Expect(':')
		s.Space()
		start = s.Pos
		s.Value(1)
		f(name, object[start:s.Pos], start)
		s.Space()
		if s.Peek() == ',' {
			s.Pos++
		}
	}
}
