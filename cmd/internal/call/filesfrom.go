package call

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
)

// ListedFiles returns files and those that a list names: a path or a pattern a line.
// Empty lines and lines that begin with # are none. The list "-" is standard input.
func ListedFiles(files []string, list string, stdin io.Reader) ([]string, error) {
	if list == "" {
		return files, nil
	}
	if list == "-" && slices.Contains(files, "-") {
		return nil, exit.Usage("standard input is named twice: as an input and as --files-from", "write the list to a file")
	}
	if list != "-" {
		f, err := os.Open(list)
		if err != nil {
			return nil, exit.Usage(fmt.Sprintf("--files-from: %v", err), "it is a file with a path in each line")
		}
		defer f.Close()
		stdin = f
	}
	lines := bufio.NewScanner(stdin)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		switch {
		case line == "", line[0] == '#':
			continue
		case line == "-", strings.ContainsRune(line, 0):
			return nil, exit.Usage(fmt.Sprintf("%s:%d: %q is not the path of a file", list, n, line), "give a path or a pattern in each line")
		}
		files = append(files, line)
	}
	if err := lines.Err(); err != nil {
		return nil, exit.Usage(fmt.Sprintf("--files-from: %s: %v", list, err), "it is a file with a path in each line")
	}
	if len(files) == 0 {
		return nil, exit.Usage("--files-from: "+list+" names no file", "give a path or a pattern in each line")
	}
	return files, nil
}
