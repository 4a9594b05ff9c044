package jobs

import (
	"regexp"
	"strings"
	"sync"

	"github.com/ciobulk/ciobulk/mapping/document"
)

// reference matches ${NAME}, ${NAME:-default}, and $$, which is a dollar sign.
var reference = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$\$|\$\{([^}:]*)(:-[^}]*)?\}?`)
})

// isName reports whether text begins with a letter or _, and has only these, digits
// and the bytes of also.
func isName(text, also string) bool {
	for i, c := range []byte(text) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		if !letter && (i == 0 || !('0' <= c && c <= '9') && strings.IndexByte(also, c) < 0) {
			return false
		}
	}
	return text != ""
}

// expand replaces the references to environment variables in the values of a node, not
// in its keys. A variable that is not set and has no default is an error.
func expand(n document.Node, getenv func(string) string) (document.Node, error) {
	var err error
	for i, item := range n.Items {
		if n.Items[i], err = expand(item, getenv); err != nil {
			return n, err
		}
	}
	for i, p := range n.Pairs {
		if n.Pairs[i].Value, err = expand(p.Value, getenv); err != nil {
			return n, err
		}
	}
	if n.Kind.Scalar() {
		n.Value, err = expandText(n, getenv)
	}
	return n, err
}

func expandText(n document.Node, getenv func(string) string) (string, error) {
	var text strings.Builder
	last := 0
	for _, at := range reference().FindAllStringSubmatchIndex(n.Value, -1) {
		text.WriteString(n.Value[last:at[0]])
		last = at[1]
		written := n.Value[at[0]:at[1]]
		if written == "$$" {
			text.WriteByte('$')
			continue
		}
		name := n.Value[at[2]:at[3]]
		offset := len([]rune(n.Value[:at[0]]))
		if !strings.HasSuffix(written, "}") || !isName(name, "") {
			return "", n.ErrorIn(offset, "write ${NAME} or ${NAME:-default}, or $$ for a dollar sign", "%s is not the name of a variable", written)
		}
		value := getenv(name)
		if value == "" && at[4] < 0 {
			return "", n.ErrorIn(offset, "set it, or write a default: ${"+name+":-value}", "the environment variable %s is not set", name)
		}
		if value == "" {
			value = n.Value[at[4]+2 : at[5]]
		}
		text.WriteString(value)
	}
	text.WriteString(n.Value[last:])
	return text.String(), nil
}
