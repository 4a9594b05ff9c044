package ui

import (
	"fmt"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"github.com/ciobulk/ciobulk/rows"
)

// ShellLine joins words so that a shell splits them again. Words with control
// characters are written for shells that know $'…'.
func ShellLine(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if rows.Printable(w) != w {
			quoted[i] = dollarQuoted(w)
			continue
		}
		quoted[i] = shellescape.Quote(w)
	}
	return strings.Join(quoted, " ")
}

// dollarQuoted writes a word byte by byte where it is not plain text.
func dollarQuoted(word string) string {
	var b strings.Builder
	for i := range len(word) {
		switch c := word[i]; {
		case c == '\'' || c == '\\':
			b.WriteString("\\" + string(rune(c)))
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return "$'" + b.String() + "'"
}
