package convert

import "strings"

// Nothing says who writes a word for no value.
type Nothing int

// The kinds of words for nothing.
const (
	Something      Nothing = iota // not a word for nothing
	CellError                     // an error of a spreadsheet, such as #N/A
	ProgramNothing                // a word that programs write, such as NULL
	PersonNothing                 // a word that people write, such as "unknown"
)

// longestNothing is the length of the longest word for nothing, in bytes.
const longestNothing = 16

// nothings are the words for nothing, in lower case.
var nothings = func() map[string]Nothing {
	words := make(map[string]Nothing)
	for kind, list := range map[Nothing]string{
		CellError:      "#n/a #ref! #value! #div/0! #name? #null! #num! #nv #bezug! #wert! #zahl! #spill! #calc! #error! #getting_data",
		ProgramNothing: `null none nil nan nat undefined n/a \n (null) <null> <na> <none> [null] (none) (undefined) #null -nan`,
		PersonNothing:  "na - -- --- – — ? k.a. unknown unbekannt inconnu desconocido (empty) (blank) (leer) empty",
	} {
		for word := range strings.FieldsSeq(list) {
			words[word] = kind
		}
	}
	words["k. a."], words["keine angabe"], words["(not set)"], words["[object object]"] = PersonNothing, PersonNothing, ProgramNothing, ProgramNothing
	return words
}()

// nothingEnds are the last bytes of the words for nothing, by their first byte. Most
// texts have other ends, so that few are looked up.
var nothingEnds = func() (ends [256]string) {
	for word := range nothings {
		ends[word[0]] += word[len(word)-1:]
	}
	return ends
}()

// NothingOf tells whether a text, as a whole and in any case, is a word for nothing,
// and whose. It allocates nothing.
func NothingOf(text []byte) Nothing {
	text = Trim(text)
	n := len(text)
	if n == 0 || n > longestNothing || strings.IndexByte(nothingEnds[lowerByte(text[0])], lowerByte(text[n-1])) < 0 {
		return Something
	}
	var lower [longestNothing]byte
	for i, c := range text {
		lower[i] = lowerByte(c)
	}
	return nothings[string(lower[:n])]
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
