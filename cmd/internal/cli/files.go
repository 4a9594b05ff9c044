package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// expand turns the files of a command line into paths, and recognises the commonest
// things that are not files. command is for hints.
func expand(files []string, command string, v verbs.Verb) ([]string, error) {
	for _, file := range files {
		if err := notFile(file, command, v); err != nil {
			return nil, err
		}
	}
	return rows.Expand(files)
}

func notFile(file, command string, v verbs.Verb) error {
	quoted := ui.ShellLine([]string{file})
	pipe := func(program string) string { return program + " " + quoted + " | ciobulk " + command + " -" }
	scheme, _, isLink := strings.Cut(file, "://")
	switch _, err := os.Lstat(file); {
	case file == "-": // standard input
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil
	case isLink && strings.Contains(file, "docs.google.com/spreadsheets"):
		return exit.Usage(file+" is a Google sheet, not a file", "in Google Sheets choose File > Download > Comma-separated values (.csv), then give that file")
	case isLink && (scheme == "https" || scheme == "http"):
		return exit.Usage(file+" is a link, not a file", "download it first, or: "+pipe("curl -fL"))
	case isLink && scheme == "s3":
		return exit.Usage(file+" is a link, not a file", "copy it first, or: "+strings.Replace(pipe("aws s3 cp"), " | ", " - | ", 1))
	case isLink && scheme == "gs":
		return exit.Usage(file+" is a link, not a file", "copy it first, or: "+pipe("gcloud storage cat"))
	case isLink:
		return exit.Usage(file+" is a link, not a file", "copy it to this machine first")
	case strings.HasPrefix(file, "~/"):
		home, _ := os.UserHomeDir()
		return exit.Usage(file+": there is no such file; the shell replaces ~ only where it is not quoted", "write "+ui.ShellLine([]string{filepath.Join(home, file[2:])}))
	case v.Action == mapping.Member && file != "-" && filepath.Ext(file) == "" && !strings.ContainsAny(file, "*?[/"):
		return exit.Usage(fmt.Sprintf("there is no file %s", file), "if that is the segment, write --segment "+quoted+", and name the file with the people")
	}
	return nil
}

// readSource reads the text of a mapping.
func readSource(path string) ([]byte, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, exit.Usage(fmt.Sprintf("--mapping: %v", err), "ciobulk init FILE writes a mapping for a file")
	}
	const asText = "save it as plain text in UTF-8"
	for _, form := range []struct{ start, what string }{
		{"PK\x03\x04", "a document of a word processor or a workbook"}, {"\xd0\xcf\x11\xe0", "a document of a word processor or a workbook"},
		{"{\\rtf", "a document of a word processor (RTF)"}, {"\xff\xfe", "text in UTF-16"}, {"\xfe\xff", "text in UTF-16"}, {"%PDF", "a PDF document"},
	} {
		if strings.HasPrefix(string(source), form.start) {
			return nil, exit.Usage(fmt.Sprintf("--mapping: %s is %s, not YAML", path, form.what), asText)
		}
	}
	return source, nil
}
