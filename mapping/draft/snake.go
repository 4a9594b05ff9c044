package draft

import (
	"strings"
	"unicode"
)

// nameWords splits a name into its words, in lower case and without accents.
func nameWords(name string) []string {
	return strings.Split(strings.ReplaceAll(snake(name), "e_mail", "email"), "_")
}

// accents are the letters that are written with others.
var accents = func() map[rune]string {
	letters := map[rune]string{'º': "o", 'ª': "a", 'ä': "ae", 'ö': "oe", 'ü': "ue", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ł': "l", 'þ': "th", 'ð': "d", 'ı': "i"}
	for plain, marked := range map[string]string{
		"a": "àáâãåāăą", "c": "çćčĉċ", "d": "ď", "e": "èéêëēĕėęě", "g": "ğĝġģ", "h": "ĥħ", "i": "ìíîïĩīĭį", "j": "ĵ", "k": "ķ", "l": "ĺļľ",
		"n": "ñńņň", "o": "òóôõōŏő", "r": "ŕřŗ", "s": "śŝşšș", "t": "ţťțŧ", "u": "ùúûũūŭůűų", "w": "ŵ", "y": "ýÿŷ", "z": "źżž",
	} {
		for _, r := range marked {
			letters[r] = plain
		}
	}
	return letters
}()

// snake returns a name in snake_case. Umlauts and accents are written out, because
// {{customer.…}} in Liquid does not read them. Letters of other scripts stay.
func snake(name string) string {
	var b strings.Builder
	gap, lower, before := false, false, rune(0) // a word has ended; the last letter is a small one; the last letter
	for _, r := range strings.ReplaceAll(name, "'", "") {
		if unicode.IsUpper(r) && lower {
			gap = true
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
		r = unicode.ToLower(r)
		text, accented := accents[r]
		switch {
		case r == 0x308 && strings.ContainsRune("aou", before): // an umlaut's dots on their own
			b.WriteByte('e')
			continue
		case r >= 0x300 && r <= 0x36f: // another accent on its own
			continue
		case !accented && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r):
			gap = true
			continue
		case !accented:
			text = string(r)
		}
		if gap && b.Len() > 0 {
			b.WriteByte('_')
		}
		gap, before = false, r
		b.WriteString(text)
	}
	return b.String()
}
