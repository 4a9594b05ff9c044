package call

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
)

// Output is a file that a command writes at the end.
type Output struct{ Flag, Path string }

// Protected is a file that no output may replace.
type Protected struct {
	What string // for messages
	Path string // empty: info is known already
	Info fs.FileInfo
}

// CheckOutputs makes sure, before anything is sent or written, that each output can be
// written and destroys nothing: it is a new file or an ordinary one that is none of the
// files that the command reads, in a folder that exists and can be written to.
func CheckOutputs(outputs []Output, files []Protected) error {
	for _, out := range outputs {
		if out.Path == "" {
			continue
		}
		if err := out.check(files); err != nil {
			return err
		}
		files = append(files, Protected{What: "the file of --" + out.Flag, Path: out.Path})
	}
	return nil
}

func (out Output) check(files []Protected) error {
	refuse := func(why, hint string) error {
		return exit.Usage(fmt.Sprintf("--%s: %s %s", out.Flag, out.Path, why), hint)
	}
	info, err := os.Lstat(out.Path)
	switch {
	case out.Path == "-":
		return refuse("is not a file name", "give the name of a file; results go to standard output by themselves")
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return exit.Usage(fmt.Sprintf("--%s: %v", out.Flag, err), "name another file")
	case err == nil && !info.Mode().IsRegular():
		return refuse("is "+kindOf(info.Mode())+" and is not replaced", "name an ordinary file")
	}
	for _, f := range files {
		if f.is(out.Path, info) {
			return refuse("is "+f.What+", which would be overwritten", "name another file")
		}
	}
	folder := filepath.Dir(out.Path)
	switch info, err := os.Stat(folder); {
	case errors.Is(err, fs.ErrNotExist):
		return refuse("cannot be written: there is no folder "+folder, "create the folder first: mkdir -p "+ui.ShellLine([]string{folder}))
	case err != nil:
		return exit.Usage(fmt.Sprintf("--%s: %v", out.Flag, err), "name another file")
	case !info.IsDir():
		return refuse("cannot be written: "+folder+" is not a folder", "name another file")
	}
	probe, err := os.CreateTemp(folder, ".ciobulk-")
	if err != nil {
		return refuse("cannot be written: "+err.Error(), "name a file in a folder that you can write to")
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name()) // it is empty, and no one else knows it
	return nil
}

// is reports whether a path, whose file info describes if there is one, is this file.
func (f Protected) is(path string, info fs.FileInfo) bool {
	known := f.Info
	if known == nil && f.Path != "" {
		known, _ = os.Stat(f.Path) // a file that does not exist is compared by its name
	}
	if known != nil && info != nil {
		return os.SameFile(known, info)
	}
	one, errOne := filepath.Abs(path)
	other, errOther := filepath.Abs(f.Path)
	return f.Path != "" && errOne == nil && errOther == nil && one == other
}

func kindOf(m fs.FileMode) string {
	switch {
	case m&fs.ModeSymlink != 0:
		return "a symbolic link"
	case m.IsDir():
		return "a folder"
	case m&fs.ModeDevice != 0:
		return "a device"
	case m&fs.ModeNamedPipe != 0:
		return "a pipe"
	}
	return "not an ordinary file"
}
