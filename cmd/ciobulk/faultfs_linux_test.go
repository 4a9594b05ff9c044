package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// mischief is what a faulty disk does at one of the changes that are asked of it.
type mischief int

const (
	killBefore mischief = iota // SIGKILL, and the change does not happen
	killMiddle                 // SIGKILL when half of what is written is there
	killAfter                  // SIGKILL after the change
	diskFull                   // this change, of which half happens, and all after it fail
	mischiefs
)

func (m mischief) String() string {
	return [...]string{"killed before", "killed in the middle of", "killed after", "disk full from"}[m]
}

// faultyDisk is a folder whose changes (files made, written, cut, renamed and
// removed, folders made, fsync) are counted, and of which one goes wrong.
type faultyDisk struct {
	backing string // the folder that holds what is in it

	mu      sync.Mutex // guards what follows
	changes int64
	at      int64 // 0: nothing goes wrong
	what    mischief
	kill    func()
	kinds   map[string]int
}

// mountFaultyDisk mounts one at path, or skips the test where that cannot be done.
func mountFaultyDisk(t *testing.T, path string) *faultyDisk {
	d := &faultyDisk{backing: t.TempDir(), kinds: make(map[string]int)}
	root := &faultyNode{&fs.LoopbackNode{RootData: &fs.LoopbackRoot{Path: d.backing}}, d}
	root.RootData.RootNode = root
	server, err := fs.Mount(path, root, &fs.Options{MountOptions: fuse.MountOptions{DirectMountStrict: true}})
	if err != nil {
		t.Skipf("no FUSE here, so no faulty disk: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Errorf("%s stays mounted: %v", path, err)
		}
	})
	return d
}

// arm lets the nth change from now on go wrong, or none if n is 0.
func (d *faultyDisk) arm(n int64, what mischief, kill func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes, d.at, d.what, d.kill = 0, n, what, kill
}

// count returns how many changes were asked for since arm.
func (d *faultyDisk) count() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}

// made lists the changes since the disk was mounted, by kind.
func (d *faultyDisk) made() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return fmt.Sprint(d.kinds)
}

// change does one, of size bytes; do is given how many of them to write.
func (d *faultyDisk) change(kind string, size int, do func(size int) syscall.Errno) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changes++
	d.kinds[kind]++
	switch {
	case d.at == 0, d.changes < d.at:
		return do(size)
	case d.what == diskFull:
		if d.changes == d.at && size > 1 {
			do(size / 2)
		}
		return syscall.ENOSPC
	case d.changes > d.at: // the dying program's
		return syscall.EIO
	case d.what == killBefore:
		d.kill()
		return syscall.EIO
	case d.what == killMiddle && size > 1:
		do(size / 2)
		d.kill()
		return syscall.EIO
	}
	errno := do(size)
	d.kill()
	return errno
}

// faultyNode is a file or folder on it.
type faultyNode struct {
	*fs.LoopbackNode
	disk *faultyDisk
}

// WrapChild makes what is in a folder faulty as well.
func (n *faultyNode) WrapChild(_ context.Context, child fs.InodeEmbedder) fs.InodeEmbedder {
	return &faultyNode{child.(*fs.LoopbackNode), n.disk}
}

func (n *faultyNode) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (inode *fs.Inode, f fs.FileHandle, fuseFlags uint32, errno syscall.Errno) {
	errno = n.disk.change("create", 0, func(int) (errno syscall.Errno) {
		inode, f, fuseFlags, errno = n.LoopbackNode.Create(ctx, name, flags, mode, out)
		return errno
	})
	if errno != 0 {
		return nil, nil, 0, errno
	}
	return inode, &faultyFile{f.(*fs.LoopbackFile), n.disk}, fuseFlags, 0
}

func (n *faultyNode) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	f, fuseFlags, errno := n.LoopbackNode.Open(ctx, flags)
	if errno != 0 {
		return nil, 0, errno
	}
	return &faultyFile{f.(*fs.LoopbackFile), n.disk}, fuseFlags, 0
}

func (n *faultyNode) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (inode *fs.Inode, errno syscall.Errno) {
	errno = n.disk.change("mkdir", 0, func(int) (errno syscall.Errno) {
		inode, errno = n.LoopbackNode.Mkdir(ctx, name, mode, out)
		return errno
	})
	return inode, errno
}

func (n *faultyNode) Rename(ctx context.Context, name string, parent fs.InodeEmbedder, to string, flags uint32) syscall.Errno {
	return n.disk.change("rename "+filepath.Base(to), 0, func(int) syscall.Errno {
		return n.LoopbackNode.Rename(ctx, name, parent, to, flags)
	})
}

func (n *faultyNode) Unlink(ctx context.Context, name string) syscall.Errno {
	return n.disk.change("unlink", 0, func(int) syscall.Errno { return n.LoopbackNode.Unlink(ctx, name) })
}

func (n *faultyNode) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return n.disk.change("truncate", 0, func(int) syscall.Errno { return n.LoopbackNode.Setattr(ctx, f, in, out) })
}

// faultyFile is an open file on it.
type faultyFile struct {
	*fs.LoopbackFile
	disk *faultyDisk
}

// PassthroughFd keeps the kernel from writing past us.
func (f *faultyFile) PassthroughFd() (int, bool) { return 0, false }

func (f *faultyFile) Write(ctx context.Context, data []byte, at int64) (n uint32, errno syscall.Errno) {
	errno = f.disk.change("write", len(data), func(size int) (errno syscall.Errno) {
		n, errno = f.LoopbackFile.Write(ctx, data[:size], at)
		return errno
	})
	return n, errno
}

func (f *faultyFile) Fsync(ctx context.Context, flags uint32) syscall.Errno {
	return f.disk.change("fsync", 0, func(int) syscall.Errno { return f.LoopbackFile.Fsync(ctx, flags) })
}
