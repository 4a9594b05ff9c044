package complete

import (
	"context"
	_ "embed"

	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
)

// The scripts ask `ciobulk completion words -- WORD…`, and know no command themselves.
var (
	//go:embed scripts/bash.sh
	bash string
	//go:embed scripts/zsh.sh
	zsh string
	//go:embed scripts/fish.fish
	fish string
	//go:embed scripts/powershell.ps1
	powershell string
)

var (
	shells  = []string{"bash", "zsh", "fish", "powershell"}
	scripts = map[string]string{"bash": bash, "zsh": zsh, "fish": fish, "powershell": powershell}
)

// Command is the command completion.
func Command(p *call.Program) command.Command {
	return command.Command{
		Name: "completion", Usage: "print the completion script of a shell", Args: strings.Join(shells, "|"),
		About: `Prints a script that completes commands, flags, their values, runs and files. It
asks ciobulk itself, so that it stays right when ciobulk is updated. It never
asks Customer.io. The packages install it; otherwise:

bash: add to ~/.bashrc: source <(ciobulk completion bash)

zsh: ciobulk completion zsh > "${fpath[1]}/_ciobulk"

fish: ciobulk completion fish > ~/.config/fish/completions/ciobulk.fish

PowerShell: ciobulk completion powershell | Out-String | Invoke-Expression`,
		Examples: "source <(ciobulk completion bash)",
		Run: func(_ context.Context, args []string) error {
			if len(args) != 1 || scripts[args[0]] == "" {
				return exit.Usage("completion needs the name of one shell", "it is "+command.Or(shells))
			}
			_, err := io.WriteString(p.Out, scripts[args[0]])
			return err
		},
	}
}

// Asked returns the words of a command line that a script asks about, if it does.
func Asked(args []string) (words []string, is bool) {
	if len(args) < 4 || !slices.Equal(args[1:4], []string{"completion", "words", "--"}) {
		return nil, false
	}
	return args[4:], true
}

// Answer prints what may take the place of the last of words.
func Answer(to io.Writer, commands []command.Command, words []string) error {
	return next(commands, words, runsIn).print(to)
}

// runsIn returns the names of the runs in a state directory, the newest first.
func runsIn(dir string) (names []string) {
	if dir == "" {
		dir = call.DefaultStateDir
	}
	found, _ := filepath.Glob(filepath.Join(dir, "*", "job.json")) // the pattern is valid
	for _, path := range found {
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			names = append(names, filepath.Base(filepath.Dir(path)))
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names[:min(len(names), 50)]
}
