package charset

import (
	"slices"
	"strings"
	"unicode"
)

// letter returns what a character says about a language.
func (m model) letter(l language, word []rune, i int) float64 {
	r := word[i]
	switch {
	case !unicode.IsLetter(r) && !unicode.IsMark(r) || isSign(r):
		return symbol(word, i)
	case m.wide:
		return ideograph(l, word, i)
	case len(word) == 1: // alone, it may be anything
		return 0.5 * l.weigh(r)
	case (r == 'õ' || r == 'ã') && i+1 < len(word) && !strings.ContainsRune("oei", word[i+1]): // Portuguese has them before these
		return 0.1
	}
	return l.weigh(r)
}

// ideograph returns what a character of East Asia says. One that touches letters
// of ASCII is usually half of a letter and its neighbour.
func ideograph(l language, word []rune, i int) float64 {
	r, touches := word[i], i > 0 && isASCIILetter(word[i-1]) || i+1 < len(word) && isASCIILetter(word[i+1])
	value := 0.25
	switch {
	case 0xff61 <= r && r <= 0xff9f: // half the width, which a single byte is
		value = 0.3
	case 0x3041 <= r && r <= 0x30ff:
		value = 0.1
		if strings.ContainsRune(l.often, '田') {
			value = 0.9
		}
	case strings.ContainsRune(l.often, r):
		value = 1
	case unicode.Is(unicode.Hangul, r):
		value = 0.5
	case r < 0x2e80:
		value = 0
	}
	if touches {
		value -= 1
	}
	return value
}

func isASCIILetter(r rune) bool { return r < 0x80 && unicode.IsLetter(r) }

// symbol returns what a character that is not a letter says by its place.
func symbol(word []rune, i int) float64 {
	r, before, after := word[i], isLetterAt(word, i-1), isLetterAt(word, i+1)
	switch {
	case before && after && (strings.ContainsRune("’´\u00ad", r) || r == '·' && word[i-1] == 'l'):
		return 1
	case before && after && r == '–' && unicode.IsUpper(word[i+1]):
		return 0.5
	case before && after:
		return -1.5
	case r == '’', before && strings.ContainsRune("™®ªº", r), after && strings.ContainsRune("¿¡«“„", r):
		return 0.9
	case before && strings.ContainsRune("‘“„‚«¿¡", r), after && strings.ContainsRune("”»…†‡‰™®", r):
		return -0.5
	case strings.ContainsRune("–—…€£¥¢§°®™©«»„“”‚‘·•²³½¼¾±×÷µ¿¡ªº‰´、。「」・（），：！？", r):
		return 0.7
	}
	return 0
}

// isSign reports whether Unicode calls a letter what is a sign.
func isSign(r rune) bool { return r == 'µ' || r == 'ª' || r == 'º' }

func isLetterAt(word []rune, i int) bool { return letterAt(word, i) != 0 }

// oddness returns how much a character cannot be where it is.
func (m model) oddness(word []rune, i int) float64 {
	r := word[i]
	switch {
	case r == unicode.ReplacementChar || unicode.IsControl(r) || unicode.Is(unicode.Co, r):
		return -3
	case !unicode.IsLetter(r) || m.wide || isSign(r):
		return 0
	}
	odd := 0.0
	before, after := letterAt(word, i-1), letterAt(word, i+1)
	if script(before) != script(r) && before != 0 || script(after) != script(r) && after != 0 {
		odd -= 1.5
	}
	switch {
	case unicode.IsUpper(r) && unicode.IsLower(before):
		odd -= 1.5
	case unicode.IsUpper(r) && unicode.IsUpper(before) && unicode.IsLower(after):
		odd -= 0.7
	case unicode.IsLower(r) && unicode.IsUpper(after) && r != 'ß':
		odd--
	}
	if r == 'ς' && after != 0 || strings.ContainsRune("םןךףץ", r) && after != 0 {
		odd-- // letters that end words
	}
	if isLatin(r) && len(word) > 2 && (!slices.ContainsFunc(word, isVowel) || crowded(word)) {
		odd -= 0.7
	}
	return odd
}

// crowded reports whether more than half of a word is beyond ASCII, which longer
// words in Latin letters are not.
func crowded(word []rune) bool {
	n := 0
	for _, r := range word {
		if r >= 0x80 {
			n++
		}
	}
	return n > 2 && 2*n > len(word)
}

func isLatin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// letterAt returns the letter at a place of a word; 0 where there is none.
func letterAt(word []rune, i int) rune {
	if i < 0 || i >= len(word) || !unicode.IsLetter(word[i]) || isSign(word[i]) {
		return 0
	}
	return word[i]
}

// script returns a number for the script of a letter.
func script(r rune) int {
	for i, table := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Hebrew, unicode.Arabic, unicode.Thai} {
		if unicode.Is(table, r) {
			return i
		}
	}
	return -1
}

func isVowel(r rune) bool {
	return strings.ContainsRune("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿœăąěęėēāīūůűőįųı", unicode.ToLower(r))
}
