//go:build unix

package runs

import (
	"errors"
	"io/fs"
	"syscall"
)

// readFile reads the whole regular file at path, which has about size bytes, with as few
// calls of the system as there can be: lists of runs read tens of thousands of files, and
// the calls are what takes time. A link is not followed, and a pipe is not waited for.
func readFile(path string, size int64) ([]byte, error) {
	fd, err := again(func() (int, error) {
		return syscall.Open(path, syscall.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer syscall.Close(fd)
	data := make([]byte, 0, size+1)
	for {
		n, err := again(func() (int, error) { return syscall.Read(fd, data[len(data):cap(data)]) })
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: path, Err: err}
		}
		data = data[:len(data)+n]
		switch {
		case n == 0, int64(len(data)) == size: // files of this size end here: each is written whole, and then renamed
			return data, nil
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

// again repeats a call of the system that a signal has interrupted.
func again(call func() (int, error)) (n int, err error) {
	for {
		if n, err = call(); !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}
