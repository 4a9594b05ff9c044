package jobs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/download"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/mapping/document"
)

// job is a job file that is known to be right.
type job struct {
	path     string
	digest   string // of what it means
	defaults []setting
	ping     *url.URL // nil: none
	keep     time.Duration
	personal time.Duration // both negative: not given
	steps    []*step
}

// step is one command.
type step struct {
	name     string
	words    []string // of the command, such as segment sync
	files    []string
	argv     []string // its standard output is the input; empty: files are
	guards   guards
	after    []string
	settings []setting // in the place of flags
	at       document.Node
	chosen   bool // it is to run
}

// setting is a key of a step that stands for a flag.
type setting struct {
	name   string
	values []string
	at     document.Node
}

// maxSource bounds a job file in bytes.
const maxSource = 1 << 20

// notInJobs are the flags that a job decides itself, with what to do instead.
var notInJobs = map[string]string{
	"resume": "a job resumes by itself", "restart": "a job resumes by itself", "resume-or-restart": "a job resumes by itself",
	"state-dir": "give it to ciobulk run", "log-format": "give it to ciobulk run", "quiet": "give it to ciobulk run",
	"no-progress": "give it to ciobulk run", "dry-run": "give it to ciobulk run", "output": "the file of an export is the value of its first key",
}

// isSecret reports whether the value of a key would be a secret.
func isSecret(key string) bool {
	key = strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(key))
	return slices.ContainsFunc([]string{"siteid", "apikey", "token", "secret", "password"}, func(word string) bool { return strings.Contains(key, word) })
}

// parse reads a job file. Errors show where the mistake is.
func parse(path string, commands []command.Command, getenv func(string) string) (*job, error) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, exit.Usage(err.Error(), "a job is a YAML file; ciobulk run --help shows one")
	}
	if len(source) > maxSource {
		return nil, exit.Usage(fmt.Sprintf("%s: %d bytes are too many for a job", path, len(source)), "is it the input?")
	}
	root, err := document.Parse(path, source)
	if err != nil {
		return nil, err
	}
	if root, err = expand(root, getenv); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(root.Canonical())
	p := parser{job: &job{path: path, digest: hex.EncodeToString(sum[:]), keep: -1, personal: -1}, commands: commands, getenv: getenv}
	if err := refuseSecrets(root); err != nil {
		return nil, err
	}
	if err := root.Fields("a job", "steps: {people: {upsert: people.csv, match: id}}", p.fields()); err != nil {
		return nil, err
	}
	if len(p.job.steps) == 0 {
		return nil, root.Errorf("for example steps: {people: {upsert: people.csv, match: id}}", "a job without steps")
	}
	return p.job, p.finish()
}

type parser struct {
	job      *job
	commands []command.Command
	getenv   func(string) string
	steps    document.Node
}

func (p *parser) fields() []document.Field {
	j := p.job
	return []document.Field{
		{Name: "workspace", Read: p.defaultOf("workspace")},
		{Name: "credentials", Read: p.defaultOf("credentials")},
		{Name: "profile", Read: p.defaultOf("profile")},
		{Name: "ping", Read: p.ping},
		{Name: "keep", Read: age(&j.keep)},
		{Name: "personal", Read: age(&j.personal)},
		{Name: "steps", Read: p.readSteps},
	}
}

// defaultOf reads a key that is a flag of each step that has it.
func (p *parser) defaultOf(name string) func(document.Node) error {
	return func(n document.Node) error {
		s := setting{name: name, values: make([]string, 1), at: n}
		if err := n.Filled(&s.values[0]); err != nil {
			return err
		}
		p.job.defaults = append(p.job.defaults, s)
		return nil
	}
}

// age reads a length of time such as 30d.
func age(to *time.Duration) func(document.Node) error {
	return func(n document.Node) error {
		var text string
		if err := n.Filled(&text); err != nil {
			return err
		}
		if accepted := command.Age(to).Set(text); accepted != "" {
			return n.Errorf(accepted, "%q is not a length of time", text)
		}
		return nil
	}
}

// ping reads the address that is told how the job ends. It is a secret: it must not be
// shown.
func (p *parser) ping(n document.Node) error {
	var text string
	if err := n.Filled(&text); err != nil {
		return err
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !download.Loopback(u.Hostname())) {
		return n.Errorf("for example ping: ${HC_URL}, with https://hc-ping.com/… in that variable", "ping is not an https address")
	}
	p.job.ping = u
	return nil
}

func (p *parser) readSteps(n document.Node) error {
	p.steps = n
	if n.Kind != document.Mapping {
		return n.Errorf("for example steps: {people: {upsert: people.csv, match: id}}", "steps must be names and their commands")
	}
	for _, pair := range n.Pairs {
		s := &step{name: pair.Key.Value, at: pair.Key, chosen: true}
		if !isName(s.name, "-") || len(s.name) > 64 {
			return pair.Key.Errorf("it begins with a letter, and has letters, digits, - and _", "%q is not a name for a step", s.name)
		}
		if err := p.step(s, pair.Value); err != nil {
			return err
		}
		p.job.steps = append(p.job.steps, s)
	}
	return nil
}

// step reads a step: first its command with the files, then flags.
func (p *parser) step(s *step, n document.Node) error {
	if n.Kind != document.Mapping || len(n.Pairs) == 0 {
		return n.Errorf("for example {upsert: people.csv, match: id}", "a step is a command with its file, and flags")
	}
	first := n.Pairs[0]
	c, err := p.command(s, first.Key)
	if err != nil {
		return err
	}
	if err := s.readFiles(first.Value, isExport(s.words)); err != nil {
		return err
	}
	n.Pairs = n.Pairs[1:]
	known := []document.Field{{Name: "after", Read: texts(&s.after)}}
	if takesRows(c) {
		known = append(known, document.Field{Name: "input", Read: s.guards.read(len(s.argv) > 0)})
	}
	for _, f := range c.Flags {
		known = append(known, document.Field{Name: f.Name, Read: s.setting(f)})
	}
	if err := refuseSecrets(n); err != nil {
		return err
	}
	if err := n.Fields("step "+s.name, "", known); err != nil {
		return err
	}
	if s.guards.maxAge > 0 && slices.ContainsFunc(s.files, download.Is) {
		return first.Value.Errorf("remove max-age", "the age of a link is not known")
	}
	return nil
}

// refuseSecrets refuses keys that hold credentials.
func refuseSecrets(n document.Node) error {
	for _, pair := range n.Pairs {
		if isSecret(pair.Key.Value) {
			return pair.Key.Errorf("a job names them by profile: or credentials:", "secrets do not belong in a job file")
		}
	}
	return nil
}

// command finds the command of a step.
func (p *parser) command(s *step, key document.Node) (c command.Command, err error) {
	s.words = strings.Fields(key.Value)
	c = command.Command{Subs: p.commands}
	for _, word := range s.words {
		i := slices.IndexFunc(c.Subs, func(sub command.Command) bool { return sub.Name == word })
		if i < 0 {
			return c, key.Errorf(document.MeantOr(key.Value, stepCommands(p.commands)), "%q is not a command of a step; the first key is the command with its file", key.Value)
		}
		c = c.Subs[i]
	}
	if !slices.Contains(stepCommands(p.commands), strings.Join(s.words, " ")) {
		return c, key.Errorf("a step is one of "+strings.Join(stepCommands(p.commands), ", "), "%q cannot be a step", key.Value)
	}
	return c, nil
}

// stepCommands are the commands that a step may be: those that send or compare the
// rows of files, and exports.
func stepCommands(commands []command.Command) (names []string) {
	for _, c := range commands {
		for _, sub := range append([]command.Command{c}, c.Subs...) {
			name := c.Name
			if sub.Name != c.Name {
				name += " " + sub.Name
			}
			if sub.Run != nil && c.Name != "plan" && (takesRows(sub) || c.Name == "export" || c.Name == "verify") {
				names = append(names, name)
			}
		}
	}
	return names
}

// takesRows reports whether a command sends the rows of files.
func takesRows(c command.Command) bool {
	_, resumes := command.Named(c.Flags, "resume")
	return c.Args == "FILE…" && resumes
}

func isExport(words []string) bool { return words[0] == "export" }

// readFiles reads the value of a step's command: a file, a list of them, or {command:
// [argv]}.
func (s *step) readFiles(n document.Node, export bool) error {
	switch {
	case n.Kind == document.Mapping && !export:
		err := n.Fields("the input", "{command: [psql, -XAtc, …]}", []document.Field{{Name: "command", Read: texts(&s.argv)}})
		if err == nil && len(s.argv) == 0 {
			return n.Errorf("for example {command: [psql, -XAtc, …]}", "the input has no command")
		}
		s.files = []string{"-"}
		return err
	case n.Kind == document.List && export, n.Kind == document.Mapping:
		return n.Errorf("for example {export people: people.csv}", "an export has one file")
	}
	if err := texts(&s.files)(n); err != nil {
		return err
	}
	if slices.Contains(s.files, "-") {
		return n.Errorf("write {command: [argv]} for the output of a program, or the name of a file", "a step cannot read or write standard input and output")
	}
	return nil
}

// setting returns what reads the value of a flag. It is applied once here, to the
// options of a command that is not run, so that a mistake is known at once.
func (s *step) setting(f command.Flag) func(document.Node) error {
	return func(n document.Node) error {
		if hint, no := notInJobs[f.Name]; no {
			return n.Errorf(hint, "%s cannot be a key of a step", f.Name)
		}
		set := setting{name: f.Name, at: n}
		if f.Repeats() {
			if err := texts(&set.values)(n); err != nil {
				return err
			}
		} else {
			set.values = make([]string, 1)
			if err := n.Filled(&set.values[0]); err != nil {
				return err
			}
		}
		for _, value := range set.values {
			if accepted := f.Into.Set(value); accepted != "" {
				return n.Errorf(accepted, "%s is %s", f.Name, n.Shown())
			}
		}
		s.settings = append(s.settings, set)
		return nil
	}
}

// texts reads one text or a list of them.
func texts(to *[]string) func(document.Node) error {
	return func(n document.Node) error {
		items := n.Items
		if n.Kind != document.List {
			items = []document.Node{n}
		}
		for _, item := range items {
			var text string
			if err := item.Text(&text); err != nil {
				return err
			}
			*to = append(*to, text)
		}
		return nil
	}
}
