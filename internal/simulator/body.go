package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

var errNotJSON = errors.New("the request body is not valid JSON")

// memberOf returns the text of a member of the body, which is an object: the last one
// of its name, or "" if there is none. It shares no memory with the body. JSON is
// UTF-8: text in another encoding is refused like any other that is not JSON.
func memberOf(body []byte, name string) (text string, err error) {
	if !json.Valid(body) || !utf8.Valid(body) {
		return "", errNotJSON
	}
	object := strings.Trim(string(body), " \n\r\t")
	if object[0] != '{' {
		return "", nil
	}
	for m, value := range members(object) {
		if m == name {
			text = value
		}
	}
	return text, nil
}

// textsOf returns a member that must be an array of 1 to most strings, none empty.
func textsOf(body []byte, name string, most int) ([]string, error) {
	array, err := memberOf(body, name)
	if err != nil {
		return nil, err
	}
	if array == "" || array[0] != '[' {
		return nil, fmt.Errorf("%s must be an array", name)
	}
	var texts []string
	for e := range elements(array) {
		if e[0] != '"' || e == `""` {
			return nil, fmt.Errorf("%s must hold strings that are not empty", name)
		}
		texts = append(texts, decoded(e))
	}
	if len(texts) < 1 || len(texts) > most {
		return nil, fmt.Errorf("%s must hold 1 to %d strings", name, most)
	}
	return texts, nil
}
