//go:build unix

package runs

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A pipe or a link in the place of a record is neither waited for nor followed.
func TestRecordsAreRegularFiles(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(path string) error{
		"pipe": func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"link": func(path string) error { return os.Symlink("../elsewhere.json", path) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := State{Dir: t.TempDir()}
			r := ended(t, s, 1, "/people.csv")
			data, err := os.ReadFile(filepath.Join(r.Dir, checkpointFile))
			must(t, err)
			overwrite(t, filepath.Join(s.Dir, "elsewhere.json"), string(data))
			for _, file := range []string{summaryFile, recipeFile, checkpointFile} {
				path := filepath.Join(r.Dir, file)
				must(t, errors.Join(os.Remove(path), put(path)))
				_, is := ReadEntry(r.Dir)
				if all, listed := Entries(s.Dir); !is || listed != nil || len(all) != 1 {
					t.Errorf("%s: %v, %v, %v", file, is, all, listed)
				}
			}
			if e, _ := ReadEntry(r.Dir); e.Status != StatusDamaged {
				t.Errorf("its checkpoint is a %s and it is %s", name, e.Status)
			}
		})
	}
}
