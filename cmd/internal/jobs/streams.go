package jobs

import (
	"bytes"
	"io"
	"log/slog"
	"strings"
	"sync"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
)

// prefixed says each line that is written to it, with the name of the step.
type prefixed struct {
	to   *call.Reporter
	step string
	line []byte
}

func (p *prefixed) Write(text []byte) (int, error) {
	p.line = append(p.line, text...)
	for {
		line, rest, whole := bytes.Cut(p.line, []byte("\n"))
		if !whole {
			return len(text), nil
		}
		p.to.Say(slog.LevelInfo, p.step+": "+strings.TrimPrefix(string(line), "ciobulk: "))
		p.line = append(p.line[:0], rest...)
	}
}

// shared is a writer of several steps.
type shared struct {
	mu *sync.Mutex
	to io.Writer
}

func (s *shared) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.to.Write(text)
}
