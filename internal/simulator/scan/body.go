package scan

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ErrNotJSON is the error for a body that is not JSON.
var ErrNotJSON = errors.New("the request body is not valid JSON")

// MemberOf returns the text of a member of the body, which is an object: the last one
// of its name, or "" if there is none. It shares no memory with the body. JSON is
// UTF-8: text in another encoding is refused like any other that is not JSON.
func MemberOf(body []byte, name string) (text string, err error) {
	if !json.Valid(body) || !utf8.Valid(body) {
		return "", ErrNotJSON
	}
	object := strings.Trim(string(body), " \n\r\t")
	if object[0] != '{' {
		return "", nil
	}
	for m, value := range Members(object) {
		if m == name {
			text = value
		}
	}
	return text, nil
}

// TextsOf returns a member that must be an array of 1 to most strings, none empty.
func TextsOf(body []byte, name string, most int) ([]string, error) {
	array, err := MemberOf(body, name)
	if err != nil {
		return nil, err
	}
	if array == "" || array[0] != '[' {
		return nil, fmt.Errorf("%s must be an array", name)
	}
	var texts []string
	for e := range Elements(array) {
		if e[0] != '"' || e == `""` {
			return nil, fmt.Errorf("%s must hold strings that are not empty", name)
		}
		texts = append(texts, Decoded(e))
	}
	if len(texts) < 1 || len(texts) > most {
		return nil, fmt.Errorf("%s must hold 1 to %d strings", name, most)
	}
	return texts, nil
}
