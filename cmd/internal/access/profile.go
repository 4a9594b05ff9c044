package access

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
)

// What a profile, or any file of credentials, may say besides credentials and addresses.
const (
	rateSetting      = "CIOBULK_RATE"      // requests per second, in the place of --rate
	workspaceSetting = "CIOBULK_WORKSPACE" // the only workspace that may be written to
)

// Choice is where a call takes its credentials from.
type Choice struct {
	File    string // of --credentials
	Profile string // a file among the profiles
}

// path returns the file to read, empty for none.
func (c Choice) path(getenv func(string) string) (string, error) {
	switch {
	case c.Profile == "":
		return c.File, nil
	case c.File != "":
		return "", exit.Usage("--profile and --credentials exclude each other", "give one of them")
	}
	dir := profilesDirectory(getenv)
	path := filepath.Join(dir, c.Profile+profileEnding)
	if filepath.Base(c.Profile) != c.Profile {
		return "", exit.Usage(fmt.Sprintf("--profile is %q", c.Profile), "it is a name; the file is "+filepath.Join(dir, "NAME"+profileEnding)+". For a file elsewhere: --credentials FILE")
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		hint := "write it with lines such as CUSTOMERIO_SITE_ID=…, then: chmod 600 " + path
		if names := Profiles(getenv); len(names) > 0 {
			hint = "there are " + strings.Join(names, ", ")
		}
		return "", exit.Usage(fmt.Sprintf("there is no profile %q: %s does not exist", c.Profile, path), hint)
	}
	return path, nil
}

const profileEnding = ".env"

// profilesDirectory is where profiles are.
func profilesDirectory(getenv func(string) string) string {
	if dir := getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ciobulk")
	}
	home := getenv("HOME")
	if home == "" {
		home, _ = os.UserHomeDir() // of Windows
	}
	return filepath.Join(home, ".config", "ciobulk")
}

// Profiles returns the names of all profiles.
func Profiles(getenv func(string) string) (names []string) {
	files, _ := os.ReadDir(profilesDirectory(getenv)) // where there is no folder, there are none
	for _, f := range files {
		if name, is := strings.CutSuffix(f.Name(), profileEnding); is && name != "" && !f.IsDir() {
			names = append(names, name)
		}
	}
	return names
}
