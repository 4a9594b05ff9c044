package access

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
)

// settingNames are the names of credentials and addresses, in the environment and in
// the file of --credentials.
var settingNames = []string{
	"CUSTOMERIO_SITE_ID", "CUSTOMERIO_API_KEY", "CUSTOMERIO_APP_API_KEY",
	"CUSTOMERIO_REGION", "CUSTOMERIO_TRACK_URL", "CUSTOMERIO_APP_URL",
}

// credentialsDirectory is the variable by which systemd names the folder of a service's
// credentials.
const credentialsDirectory = "CREDENTIALS_DIRECTORY"

// settings reads the environment and then the file that is chosen, which takes
// precedence.
func settings(getenv func(string) string, from Choice) (map[string]string, error) {
	file, err := from.path(getenv)
	if err != nil {
		return nil, err
	}
	s := make(map[string]string)
	for _, name := range settingNames {
		s[name] = strings.TrimSpace(getenv(name))
	}
	if file == "" {
		return s, nil
	}
	file = credentialsPath(getenv, file)
	info, err := os.Stat(file)
	if err != nil {
		return nil, exit.Usage(fmt.Sprintf("--credentials: %v", err), "give a file with lines of NAME=value")
	}
	if !info.Mode().IsRegular() {
		return nil, exit.Usage(fmt.Sprintf("--credentials: %s is not a file", file), "give a file with lines of NAME=value")
	}
	if mode := info.Mode().Perm(); mode&0o037 != 0 { // its owner may write to it, its group may read it
		return nil, exit.Usage(fmt.Sprintf("--credentials: others may use %s (mode %04o)", file, mode), "allow its owner only: chmod 600 "+ui.ShellLine([]string{file}))
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, exit.Usage(fmt.Sprintf("--credentials: %v", err), "")
	}
	return s, readSettings(file, data, s)
}

// credentialsPath finds a file in the folder of a service's credentials: by its bare
// name, or after the name of the variable, which unit files do not expand.
func credentialsPath(getenv func(string) string, file string) string {
	dir := getenv(credentialsDirectory)
	if dir == "" {
		return file
	}
	for _, prefix := range []string{"$" + credentialsDirectory + "/", "${" + credentialsDirectory + "}/"} {
		if name, is := strings.CutPrefix(file, prefix); is {
			return filepath.Join(dir, name)
		}
	}
	if _, err := os.Stat(file); err != nil && filepath.Base(file) == file {
		return filepath.Join(dir, file)
	}
	return file
}

// readSettings reads lines of NAME=value into s. Errors never hold a value. Values are
// not expanded: a key may hold any character.
func readSettings(file string, data []byte, s map[string]string) error {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "export "))
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		name = strings.TrimSpace(name)
		if !found || !slices.Contains(settingNames, name) && name != rateSetting && name != workspaceSetting {
			return exit.Usage(fmt.Sprintf("%s:%d: not a line of NAME=value", file, n), "names are "+strings.Join(append(slices.Clone(settingNames), rateSetting, workspaceSetting), ", "))
		}
		value, ok := unquoted(strings.TrimSpace(value))
		if !ok {
			return exit.Usage(fmt.Sprintf("%s:%d: the quote around the value of %s is not closed", file, n, name), "write "+name+"='…' or leave the quotes out")
		}
		s[name] = value
	}
	return lines.Err()
}

// quotes are the pairs around values, also those that word processors make.
var quotes = [][2]string{{`"`, `"`}, {"'", "'"}, {"“", "”"}, {"‘", "’"}}

// unquoted removes the quotes around a value, and a comment after them.
func unquoted(value string) (text string, ok bool) {
	for _, q := range quotes {
		rest, quoted := strings.CutPrefix(value, q[0])
		if !quoted {
			continue
		}
		text, after, closed := strings.Cut(rest, q[1])
		after = strings.TrimSpace(after)
		return text, closed && (after == "" || after[0] == '#')
	}
	return value, true
}
