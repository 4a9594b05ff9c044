package draft

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// plainYAML is text that needs no quotes.
var plainYAML = regexp.MustCompile(`^\pL(?:[\pL\pN _./-]*[\pL\pN])?$`)

// quotedYAML are words that YAML, or an older one, reads as something else.
var quotedYAML = regexp.MustCompile(`(?i)^(?:true|false|yes|no|on|off|null|y|n|nan|inf)$`)

// yamlText spells text as YAML.
func yamlText(text string) string {
	if plainYAML.MatchString(text) && !quotedYAML.MatchString(text) && !convert.IsNumber([]byte(text)) {
		return text
	}
	printable := true
	for _, r := range text {
		printable = printable && r >= ' ' && r < 0x7f || r >= 0xa1 && r < 0x2000
	}
	if printable && strings.Contains(text, `"`) || strings.Contains(text, `\`) && printable {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return escapedYAML(text)
}

// escapedYAML spells text in double quotes, with escapes for what is not plainly
// seen.
func escapedYAML(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r >= ' ' && r < 0x7f, r >= 0xa1 && r < 0x300, r >= 0x370 && r < 0x2000, r >= 0x3000 && r < 0xd800:
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// shown is text for a comment: short, and on one line.
func shown(text string) string {
	runes := []rune(rows.Printable(strings.Join(strings.Fields(text), " ")))
	if len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return string(runes)
}
