package rows

import (
	"errors"
	"os"
	"path/filepath"
)

// refuseNoFile names what there is at the path that cannot be read at all.
func (in *Input) refuseNoFile() error {
	info, err := os.Stat(in.Path)
	link, linkErr := os.Readlink(in.Path)
	switch {
	case in.Path == "":
		return &Error{Name: `""`, Msg: "is no name of a file", Hint: "is a variable of the shell empty?"}
	case errors.Is(err, os.ErrNotExist) && linkErr == nil:
		return &Error{Name: in.Name, Msg: "is a symbolic link to " + Printable(link) + ", which is not there"}
	case err != nil:
		return &Error{Name: in.Name, Msg: "cannot be opened", Err: cause(err)}
	case info.IsDir():
		return &Error{Name: in.Name, Msg: "is a directory", Hint: "name a file, or a pattern such as " + filepath.Join(in.Path, "*.csv")}
	case info.Mode()&os.ModeSocket != 0:
		return &Error{Name: in.Name, Msg: "is a socket", Hint: "name a file, or - for standard input"}
	}
	return nil
}
