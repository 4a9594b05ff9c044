package rows

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// A file that may not be read is an error that says so. Root may read everything:
// the thread that opens it has another user, and ends with the goroutine.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(path, []byte("id\n1\n"), 0); err != nil {
		t.Fatal(err)
	}
	said := make(chan error)
	go func() {
		runtime.LockOSThread()
		const other = 65534
		syscall.RawSyscall(syscall.SYS_SETFSUID, other, 0, 0) // returns who it was
		_, err := Open(path, Options{})
		said <- err
	}()
	if err := <-said; err == nil || !strings.HasSuffix(err.Error(), ": cannot be opened: permission denied") {
		t.Error(err)
	}
}

// So is one whose reading fails.
func TestReadingFails(t *testing.T) {
	t.Parallel()
	if _, err := Open("/proc/self/mem", Options{}); err == nil || err.Error() != "/proc/self/mem: cannot be read: input/output error" {
		t.Error(err)
	}
}
