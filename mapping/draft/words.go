package draft

import (
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/mapping/convert"
)

func isNothing(text []byte) bool { return convert.NothingOf(text) != convert.Something }

// isCellError reports whether a word is an error of a spreadsheet, which is nothing
// else.
func isCellError(word string) bool {
	return convert.NothingOf([]byte(word)) == convert.CellError || strings.HasPrefix(word, "#")
}

// isProgramWord reports whether a word is written by programs, and hardly ever by
// people, who may mean the word.
func isProgramWord(word string) bool {
	return convert.NothingOf([]byte(word)) == convert.ProgramNothing
}

func counted(word string, n int64) string { return fmt.Sprintf("%s (%d)", shown(word), n) }
