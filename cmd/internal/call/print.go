package call

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
)

// FormatFlag is the flag of commands that report something.
func FormatFlag(to *string, formats ...string) command.Flag {
	return command.Flag{Name: "format", Value: strings.Join(formats, "|"), Part: PartOutput, Into: command.Choice(to, formats), Usage: "the format of what is printed"}
}

// PrintJSON prints v so that no text in it can move the cursor of a terminal.
func PrintJSON(out io.Writer, v any) error {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(out, ui.SafeJSON(b.String()))
	return err
}

// PrintLine prints v as one line of JSON.
func PrintLine(out io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err == nil {
		_, err = io.WriteString(out, ui.SafeJSON(string(text))+"\n")
	}
	return err
}

// PrintCSV prints lines that neither a terminal nor a spreadsheet runs.
func PrintCSV(out io.Writer, lines [][]string) error {
	_, err := io.WriteString(out, ui.CSV(lines))
	return err
}
