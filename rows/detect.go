package rows

import (
	"bytes"
	"strings"
)

// sampleSize is how much of an input is looked at to find out what it is.
const sampleSize = 64 << 10

// formatByName knows the endings of names, also under a compression's ending.
func formatByName(path string) Format {
	name := strings.ToLower(path)
	for _, packed := range []string{".gz", ".zst", ".zip"} {
		name = strings.TrimSuffix(name, packed)
	}
	switch {
	case strings.HasSuffix(name, ".csv"), strings.HasSuffix(name, ".tsv"):
		return CSV
	case strings.HasSuffix(name, ".jsonl"), strings.HasSuffix(name, ".ndjson"):
		return JSONL
	}
	return ""
}

func formatByContent(text []byte) Format {
	switch inside := bytes.TrimLeft(bytes.TrimPrefix(text, []byte{'['}), " \t\r\n"); {
	case bytes.HasPrefix(text, []byte{'{'}), bytes.HasPrefix(text, []byte{separator}):
		return JSONL
	case bytes.HasPrefix(text, []byte{'['}) && (len(inside) == 0 || bytes.IndexByte([]byte("{[]\"-0123456789"), inside[0]) >= 0):
		return Array
	}
	return CSV
}

// detectDelimiter tries the usual ones on the first records: the one that
// splits most of them into as many cells as the header wins, more cells
// deciding between equals. One that breaks the header is not it. A file of one
// column has a comma.
func detectDelimiter(sample []byte) byte {
	best, bestScore := byte(','), 0
	for _, d := range []byte{',', ';', '\t', '|'} {
		if score := delimiterScore(sample, d); score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

func delimiterScore(sample []byte, delimiter byte) int {
	const records = 20
	var cells []Cell
	var broken *Broken
	width, alike := 0, 0
	for range records {
		sample = bytes.TrimLeft(sample, "\r\n")
		end, _, _ := csvEnd(sample, delimiter)
		if end == 0 && width == 0 {
			end = len(sample) // a header and nothing else
		}
		if end == 0 {
			break
		}
		cells, _, broken = splitCSV(bytes.TrimRight(sample[:end], "\r\n"), delimiter, cells[:0], nil)
		sample = sample[end:]
		if width == 0 {
			width = len(cells)
		}
		if width < 2 || broken != nil && alike == 0 {
			return 0
		}
		if broken == nil && len(cells) == width {
			alike++
		}
	}
	return alike*1000 + min(width, 999)
}
