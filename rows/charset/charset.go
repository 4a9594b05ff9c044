// Package charset reads text in encodings other than UTF-8, and finds out which
// encoding a text has.
//
// Start with Detect or ByName, then make a Reader.
package charset

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// Encoding is how text is written as bytes: by its WHATWG name, in lower case.
type Encoding string

// The encodings that are found most often. ByName knows the others.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
	Latin1      Encoding = "iso-8859-1"
	Latin9      Encoding = "iso-8859-15"
)

// BOM is the byte order mark of UTF-8.
const BOM = "\xef\xbb\xbf"

// Names lists the most common names that ByName knows.
const Names = "utf-8, utf-16le, utf-16be, windows-1252, iso-8859-1, iso-8859-15, windows-1250, windows-1251, macintosh, shift_jis, gbk, big5, euc-kr"

// Wide reports whether its characters have two bytes or four.
func (e Encoding) Wide() bool { return e == UTF16LE || e == UTF16BE }

// ByName finds an encoding by one of its names, in any case.
func ByName(name string) (Encoding, error) {
	lower := strings.ToLower(strings.TrimSpace(name))
	bare := strings.NewReplacer("-", "", "_", "", " ", "", ":", "").Replace(lower)
	if e := common(bare); e != "" {
		return e, nil
	}
	if codePage(Encoding(bare)) != nil {
		return Encoding(bare), nil
	}
	for _, spelling := range []string{lower, bare, strings.ReplaceAll(lower, "_", "-")} {
		if e, err := htmlindex.Get(spelling); err == nil {
			if known, err := htmlindex.Name(e); err == nil && known != "replacement" && known != "x-user-defined" {
				return Encoding(known), nil
			}
		}
	}
	return "", fmt.Errorf("there is no encoding %q", name)
}

// common returns the encoding with a name that the WHATWG does not list, or reads
// as another one. The name has no punctuation.
func common(bare string) Encoding {
	switch bare {
	case "utf8", "utf8bom", "utf8sig", "ascii", "usascii":
		return UTF8
	case "utf16", "utf16le", "unicode", "ucs2":
		return UTF16LE
	case "utf16be":
		return UTF16BE
	case "windows1252", "cp1252", "win1252", "1252", "ansi":
		return Windows1252
	case "iso88591", "latin1", "l1":
		return Latin1
	case "iso885915", "latin9", "latin0", "l9":
		return Latin9
	case "macroman", "mac", "macosroman":
		return "macintosh"
	case "cp932", "932", "mskanji":
		return "shift_jis"
	case "cp936", "936":
		return "gbk"
	case "cp949", "949", "uhc", "ksc5601":
		return "euc-kr"
	case "cp950", "950":
		return "big5"
	}
	for _, prefix := range []string{"cp", "win", "windows"} {
		if page, found := strings.CutPrefix(bare, prefix); found && len(page) == 4 {
			return known("windows-" + page)
		}
	}
	if part, found := strings.CutPrefix(bare, "iso8859"); found {
		return known("iso-8859-" + part)
	}
	return ""
}

// known returns the encoding if the WHATWG lists it under this name.
func known(name string) Encoding {
	if _, err := htmlindex.Get(name); err != nil {
		return ""
	}
	return Encoding(name)
}

// codePage returns the table of a code page of DOS; nil for other names.
func codePage(e Encoding) *charmap.Charmap {
	switch e {
	case "cp437":
		return charmap.CodePage437
	case "cp850":
		return charmap.CodePage850
	case "cp852":
		return charmap.CodePage852
	case "cp855":
		return charmap.CodePage855
	case "cp858":
		return charmap.CodePage858
	case "cp860":
		return charmap.CodePage860
	case "cp862":
		return charmap.CodePage862
	case "cp863":
		return charmap.CodePage863
	case "cp865":
		return charmap.CodePage865
	}
	return nil
}

// coder returns the encoding of x/text; nil for UTF-8, UTF-16 and unknown names.
func (e Encoding) coder() encoding.Encoding {
	switch {
	case e == Latin1: // the WHATWG reads it as windows-1252
		return charmap.ISO8859_1
	case e == UTF8 || e.Wide():
		return nil
	}
	if page := codePage(e); page != nil {
		return page
	}
	coder, err := htmlindex.Get(string(e))
	if err != nil {
		return nil
	}
	return coder
}
