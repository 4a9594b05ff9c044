package cli

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/download"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/rows"
)

// pathsOf turns the files of a command line into the paths of inputs. Links are
// downloaded into a folder of the call, and are inputs by the name that may be shown.
func pathsOf(ctx context.Context, s *session, files []string, command string) (all []string, err error) {
	ctx, stop := call.Interrupted(ctx)
	defer stop()
	for _, file := range files {
		if !download.Is(file) || strings.Contains(file, "docs.google.com/spreadsheets") && !strings.Contains(file, "/export") {
			expanded, err := expand([]string{file}, command, s.verb)
			if err != nil {
				return nil, err
			}
			all = append(all, expanded...)
			continue
		}
		shown, err := downloadOf(ctx, s, file)
		if err != nil {
			return nil, err
		}
		all = append(all, shown)
	}
	return all, nil
}

// downloadOf downloads a link and returns the name that it may be shown by.
func downloadOf(ctx context.Context, s *session, text string) (shown string, err error) {
	link, err := download.Parse(text)
	if err != nil {
		return "", err
	}
	for i, arg := range s.Args { // of which the commands are made that are printed and recorded
		if arg == text {
			s.Args[i] = link.Shown
		}
	}
	if s.in.downloaded[link.Shown] != "" {
		return "", exit.Usage(link.Shown+" is named twice", "name it once")
	}
	dir, err := os.MkdirTemp("", "ciobulk-") // 0700
	if err != nil {
		return "", exit.Usage(err.Error(), "free space in the temporary directory, or set TMPDIR to another one")
	}
	s.in.folders = append(s.in.folders, dir)
	path, n, err := download.Fetch(ctx, link, dir, s.Env.UserAgent)
	if err != nil {
		return "", err
	}
	s.report.Say(slog.LevelInfo, download.Size(link, n))
	if s.in.downloaded == nil {
		s.in.downloaded = make(map[string]string)
	}
	s.in.downloaded[link.Shown] = path
	return link.Shown, nil
}

// openDownloaded opens a file that was downloaded as the input of its link.
func openDownloaded(link, path string, o rows.Options) (*rows.Input, error) {
	in, err := rows.Open(path, o)
	if e, is := err.(*rows.Error); is {
		e.Name, e.Path = link, link
	}
	if err == nil {
		in.Path, in.Name = link, rows.Printable(link)
	}
	return in, err
}
