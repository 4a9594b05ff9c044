package runs

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
	"io/fs"
	"os"
	"time"
)

//go:embed notbegun.html
var notBegunPage string

// NotBegun is a run that was refused before it had a directory.
type NotBegun struct {
	Verb     string
	Line     string // the command
	Step     string // of a job, if it is one
	Why      string // without personal data
	Hint     string // what to do; may be empty
	ExitCode int
	At       time.Time
	Version  string // of ciobulk
	Guards   []Guard
}

// WriteReport writes a page of HTML, such as a run has, which says that the run did not
// begin and why. An error is one of to.
func (n NotBegun) WriteReport(to io.Writer) error {
	var b bytes.Buffer
	err := reportTemplate(notBegunPage).Execute(&b, struct {
		NotBegun
		Style     template.CSS
		StyleHash string
	}{n, template.CSS(reportStyle), styleHash()})
	if err != nil {
		return err
	}
	_, err = to.Write(b.Bytes())
	return err
}

// IsReport reports whether the file at path is empty, or a page that a report wrote. An
// error is one of reading it.
func IsReport(path string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, &fs.PathError{Op: "read", Path: path, Err: fs.ErrInvalid}
	}
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	begin, err := io.ReadAll(io.LimitReader(f, 512))
	return len(begin) == 0 || bytes.Contains(begin, []byte(`<meta name="generator" content="ciobulk">`)), err
}
