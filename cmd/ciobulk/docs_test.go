package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// fewestCommands is the number of commands that the pages show with their output,
// rounded down. A lower count means that the test does not find them.
const fewestCommands = 45

// What README.md and docs/ show is what happens. Each page has a folder of its
// own with the samples, and a service of its own. From top to bottom,
//
//   - a block ```console holds lines "$ COMMAND", each with what the command
//     prints to standard output and standard error (lines "> …" continue a
//     command, and an output line "…" is any number of lines);
//   - a comment <!-- run … --> holds commands that prepare the folder;
//   - a comment <!-- file: NAME --> makes a file of the block after it.
//
// With -update, outputs that differ are written again.
func TestDocs(t *testing.T) {
	if slowtest.Only() {
		t.Skip("make test has run it")
	}
	t.Parallel()
	commands := make(chan int, 1000)
	t.Run("page", func(t *testing.T) {
		for _, path := range pages(t) {
			t.Run(strings.TrimPrefix(path, root+"/"), func(t *testing.T) {
				t.Parallel()
				commands <- testPage(t, path)
			})
		}
	})
	close(commands)
	sum := 0
	for n := range commands {
		sum += n
	}
	t.Logf("%d commands", sum)
	if sum < fewestCommands {
		t.Errorf("%d commands are shown, want %d", sum, fewestCommands)
	}
}

// The README is what one reads before anything else: it is short.
func TestReadmeIsShort(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(text, []byte("\n")); n > 200 {
		t.Errorf("README.md has %d lines, at most 200: move parts to docs/", n)
	}
}

// pages returns the paths of README.md and of all pages in docs/.
func pages(t *testing.T) (paths []string) {
	t.Helper()
	paths = []string{root + "/README.md"}
	err := filepath.WalkDir(root+"/docs", func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".md") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return paths
}

// part matches what a page holds for this test: of a console block, of a comment
// with commands, of a file with its name.
var part = regexp.MustCompile("(?ms)^```console\n(.*?)^```$|^<!-- run\n(.*?)^-->$|^<!-- file: (\\S+) -->\n```\\w+\n(.*?)^```$")

// testPage runs a page and returns how many commands it shows.
func testPage(t *testing.T, path string) (commands int) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t)
	var now bytes.Buffer
	last := 0
	for _, at := range part.FindAllSubmatchIndex(text, -1) {
		group := func(i int) string { return string(text[max(at[2*i], 0):max(at[2*i+1], 0)]) }
		switch {
		case at[2] >= 0:
			now.Write(text[last:at[2]])
			for _, shown := range shownCommands(group(1)) {
				commands++
				now.WriteString(d.show(shown))
			}
			last = at[3]
		case at[4] >= 0:
			d.prepare(group(2))
		default:
			d.file(group(3), group(4))
		}
	}
	now.Write(text[last:])
	if *update && !bytes.Equal(now.Bytes(), text) {
		if err := os.WriteFile(path, now.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return commands
}

// shown is a command as a page shows it, with its output.
type shown struct{ lines, output string }

// command is the text for the shell.
func (s shown) command() string {
	return strings.ReplaceAll(strings.TrimPrefix(s.lines, "$ "), "\n> ", "\n")
}

// shownCommands splits the text of a console block.
func shownCommands(block string) (all []shown) {
	for line := range strings.Lines(block) {
		switch {
		case strings.HasPrefix(line, "$ "):
			all = append(all, shown{lines: line})
		case len(all) == 0:
			all = append(all, shown{lines: "$ echo a block must begin with a command\n", output: line})
		case strings.HasPrefix(line, "> ") && all[len(all)-1].output == "":
			all[len(all)-1].lines += line
		default:
			all[len(all)-1].output += line
		}
	}
	return all
}

// desk is where the commands of a page run.
type desk struct {
	*testing.T
	dir string
	env []string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	_, url := newService(t, simulator.Config{WorkspaceID: 4711})
	d := &desk{T: t, dir: t.TempDir()}
	if err := os.CopyFS(filepath.Join(d.dir, "samples"), os.DirFS(root+"/samples")); err != nil {
		t.Fatal(err)
	}
	d.env = append(os.Environ(), "CUSTOMERIO_TRACK_URL="+url, "CUSTOMERIO_APP_URL="+url,
		"CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey, "CUSTOMERIO_APP_API_KEY="+testAppKey)
	return d
}

// run returns what a command prints. Its exit code is not looked at: pages show
// what fails, too.
func (d *desk) run(command string) (out string, err error) {
	c := exec.CommandContext(d.Context(), "bash", "-c", command)
	c.Dir, c.Env = d.dir, d.env
	data, err := c.CombinedOutput()
	if len(data) > 0 && !bytes.HasSuffix(data, []byte("\n")) {
		data = append(data, '\n')
	}
	return string(data), err
}

// show runs a command that a page shows and returns the lines that the page must
// have.
func (d *desk) show(s shown) string {
	got, _ := d.run(s.command())
	if sameOutput(got, s.output) {
		return s.lines + s.output
	}
	if !*update {
		d.Errorf("%sprints\n%s\nthe page has\n%s", s.lines, got, s.output)
	}
	return s.lines + got
}

// prepare runs commands that must succeed.
func (d *desk) prepare(commands string) {
	d.Helper()
	if out, err := d.run("set -e\n" + commands); err != nil {
		d.Fatalf("%v\n%s\n%s", err, commands, out)
	}
}

// file writes a file, or compares it with the sample of that name, comments aside.
func (d *desk) file(name, text string) {
	d.Helper()
	path := filepath.Join(d.dir, name)
	if sample, err := os.ReadFile(path); err == nil {
		if got, want := statements([]byte(text)), statements(sample); got != want {
			d.Errorf("the page has\n%s\n%s is\n%s", got, name, want)
		}
		return
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.Fatal(err)
	}
}

// statements drops the comments and blank lines of YAML.
func statements(yaml []byte) string {
	comment := regexp.MustCompile(`(?m)(^|\s+)#.*$`)
	blank := regexp.MustCompile(`\n\s*\n+`)
	return strings.TrimSpace(blank.ReplaceAllString(comment.ReplaceAllString(string(yaml), ""), "\n"))
}

// varying are patterns of what differs from run to run, with the names that
// replace it. The last one is for the columns of a table, which move with the rest.
var varying = []struct{ pattern, name string }{
	{`\b[0-9]{8}-[0-9]{6}\.[0-9]{3}-[a-z0-9-]+`, "{RUN}"},
	{`\b[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?Z?`, "{TIME}"},
	{`127\.0\.0\.1:[0-9]+`, "{ADDRESS}"},
	{`\b[0-9.]+ ?(ms|µs|s)\b`, "{DURATION}"},
	{`\b[0-9,]+ rows/s`, "{SPEED}"},
	{`\b[0-9a-f]{64}\b`, "{DIGEST}"},
	{`-[0-9a-f]{8}(-simulated)?\.state\b`, "-{FOLDER}.state"},
	{` {2,}`, "  "},
}

// withoutVarying returns text with names in place of what differs from run to run.
func withoutVarying(text string) string {
	for _, v := range varying {
		text = regexp.MustCompile(v.pattern).ReplaceAllString(text, v.name)
	}
	return text
}

// sameOutput compares outputs but for what varies. A wanted line "…" is any number
// of lines.
func sameOutput(got, want string) bool {
	pattern := regexp.QuoteMeta(withoutVarying(want))
	pattern = regexp.MustCompile(`(?m)^…\n`).ReplaceAllString(pattern, "(?:.*\n)*?")
	return regexp.MustCompile(`\A` + pattern + `\z`).MatchString(withoutVarying(got))
}

// help returns the help texts of all commands and subcommands, by their names.
func help(t *testing.T) map[string]string {
	t.Helper()
	all, err := allHelp()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var allHelp = sync.OnceValues(func() (map[string]string, error) {
	codes, err := exec.Command("ciobulk", "help", "exit-codes").Output()
	if err != nil {
		return nil, err
	}
	all := map[string]string{"help exit-codes": string(codes)}
	return all, addHelp(all)
})

// addHelp adds the help text of a command, and those of its subcommands.
func addHelp(all map[string]string, command ...string) error {
	out, err := exec.Command("ciobulk", append(command, "--help")...).Output()
	if err != nil {
		return fmt.Errorf("%v --help: %w", command, err)
	}
	all[strings.Join(command, " ")] = string(out)
	for _, line := range section(string(out), "COMMANDS") {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if err := addHelp(all, append(slices.Clone(command), name)...); err != nil {
			return err
		}
	}
	return nil
}

// flagName matches a long flag in a text.
var flagName = regexp.MustCompile(`(?:^|[\s` + "`" + `(\[|*])(--[a-z][a-z-]+)`)

// foreignFlags are flags of other programs that the pages name.
var foreignFlags = []string{"--ignore-missing", "--rm", "--user", "--env-file"}

// The pages name no flag that no command has.
func TestDocsNameFlagsThatExist(t *testing.T) {
	t.Parallel()
	exist := map[string]bool{"--help": true, "--version": true}
	commands := help(t)
	if len(commands) < 19 {
		t.Fatalf("%d commands", len(commands))
	}
	for _, text := range commands {
		for _, m := range flagName.FindAllStringSubmatch(text, -1) {
			exist[m[1]] = true
		}
	}
	for _, path := range pages(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			for _, m := range flagName.FindAllStringSubmatch(line, -1) {
				if !exist[m[1]] && !slices.Contains(foreignFlags, m[1]) {
					t.Errorf("%s:%d: no command has a flag %s", path, i+1, m[1])
				}
			}
		}
	}
}

// Blocks of commands that are not run name commands that exist.
func TestDocsNameCommandsThatExist(t *testing.T) {
	t.Parallel()
	commands := help(t)
	block := regexp.MustCompile("(?ms)^```(?:sh|console)\n(.*?)^```$")
	call := regexp.MustCompile(`(?m)^(?:\$ )?ciobulk ([a-z]+)(?: ([a-z]+))?`)
	seen := 0
	for _, path := range pages(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Join(block.FindAllString(string(text), -1), "\n")
		for _, m := range call.FindAllStringSubmatch(blocks, -1) {
			seen++
			if commands[m[1]] == "" {
				t.Errorf("%s: there is no command %q", path, m[1])
			}
			if strings.Contains(commands[m[1]], "\nCOMMANDS\n") && m[2] != "" && commands[m[1]+" "+m[2]] == "" {
				t.Errorf("%s: there is no command %q", path, fmt.Sprint(m[1], " ", m[2]))
			}
		}
	}
	if seen < 40 {
		t.Errorf("%d commands are named", seen)
	}
}
