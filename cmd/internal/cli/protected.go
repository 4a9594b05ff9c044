package cli

import (
	"io/fs"
	"os"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
)

// outputs are the files that a run writes besides its record.
func (o *rowOptions) outputs() []call.Output {
	return []call.Output{{Flag: "rejected", Path: o.Rejected}, {Flag: "summary", Path: o.Summary}, {Flag: "report", Path: o.Report}, {Flag: "state", Path: o.State}}
}

// protectedFiles are those that a run reads.
func protectedFiles(s *session) []call.Protected {
	files := []call.Protected{{What: "the mapping", Path: s.o.Mapping}, {What: "the credentials file", Path: s.o.Credentials}}
	for _, source := range s.in.sources {
		if source.Input.Path != "-" {
			files = append(files, call.Protected{What: "an input", Path: source.Input.Path})
		} else if info := statOf(s.Program.In); info != nil {
			files = append(files, call.Protected{What: "standard input", Info: info})
		}
	}
	if info := statOf(s.Out.Writer); info != nil {
		files = append(files, call.Protected{What: "standard output", Info: info})
	}
	return files
}

// statOf describes a stream that is an ordinary file.
func statOf(stream any) fs.FileInfo {
	f, is := stream.(*os.File)
	if !is {
		return nil
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return info
}
