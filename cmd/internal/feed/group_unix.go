//go:build unix

package feed

import (
	"os/exec"
	"syscall"
)

// detach gives the program a process group of its own, so that Ctrl-C reaches ciobulk
// alone, which ends in order.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// kill ends the program and what it has started.
func kill(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
