package cli

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
)

// leaves are all commands that do something, by their whole names.
func leaves(commands []command.Command, above string) map[string]command.Command {
	all := make(map[string]command.Command)
	for _, c := range commands {
		name := strings.TrimSpace(above + " " + c.Name)
		if c.Run != nil {
			all[name] = c
		}
		for below, sub := range leaves(c.Subs, name) {
			all[below] = sub
		}
	}
	return all
}

func everyCommand(t *testing.T) map[string]command.Command {
	t.Helper()
	all := leaves(allCommands(&call.Program{MaxPerSecond: customerio.MaxPerSecond}), "")
	if len(all) < 20 {
		t.Fatalf("%d commands", len(all))
	}
	return all
}

// Each exported field of a command's options is filled by a flag of some command with
// these options, and each flag fills a field of its own: a new field or flag cannot be
// forgotten.
func TestEveryOptionHasAFlag(t *testing.T) {
	t.Parallel()
	filled := make(map[string]bool)
	seen := make(map[string]bool)
	for name, c := range everyCommand(t) {
		fields := make(map[any]string)
		if c.Options != nil {
			optionFields(reflect.ValueOf(c.Options).Elem(), reflect.TypeOf(c.Options).Elem().Name(), fields)
		}
		for _, field := range fields {
			seen[field] = true
		}
		used := make(map[string]string)
		for _, f := range c.Flags {
			field := fields[f.Into.Field()]
			if field == "" {
				t.Errorf("%s: --%s fills no field of the options", name, f.Name)
			}
			if other := used[field]; other != "" {
				t.Errorf("%s: --%s and --%s fill one field", name, f.Name, other)
			}
			used[field], filled[field] = f.Name, true
		}
	}
	for field := range seen {
		if !filled[field] {
			t.Errorf("no flag fills %s", field)
		}
	}
}

// optionFields collects pointers to the exported fields of options, and of options
// inside, by the type that has them.
func optionFields(v reflect.Value, of string, fields map[any]string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case f.Anonymous:
			optionFields(v.Field(i), f.Name, fields)
		case f.IsExported():
			fields[v.Field(i).Addr().Interface()] = of + "." + f.Name
		}
	}
}

// Each flag reads what it shows: a command that is printed does the same again.
func TestFlagsReadWhatTheyShow(t *testing.T) {
	t.Parallel()
	n := 0
	for name, c := range everyCommand(t) {
		for _, f := range c.Flags {
			text := f.Into.Text()
			if text == "" {
				continue
			}
			n++
			if err := f.Apply(text); err != nil || f.Into.Text() != text {
				t.Errorf("%s: the default %q of --%s is not read again: %v, %q", name, text, f.Name, err, f.Into.Text())
			}
		}
	}
	if n < 50 {
		t.Errorf("%d defaults were read", n)
	}
}

// Help texts fit 80 columns, name no flag twice, and have examples.
func TestHelp(t *testing.T) {
	t.Parallel()
	texts := map[string]string{"": command.AppHelp(allCommands(&call.Program{}))}
	for name, c := range everyCommand(t) {
		texts[name] = command.Help(c, strings.TrimSpace("ciobulk "+strings.TrimSuffix(name, c.Name)))
		for i, f := range c.Flags {
			if _, twice := command.Named(c.Flags[i+1:], f.Name); twice {
				t.Errorf("%s has --%s twice", name, f.Name)
			}
			if f.Part == "" || f.Usage == "" || f.IsSwitch() != (f.Value == "") {
				t.Errorf("%s: --%s has no part, usage or value", name, f.Name)
			}
		}
		if !strings.HasPrefix(name, "plan ") && !strings.Contains(c.Examples, "ciobulk ") {
			t.Errorf("%s has no example", name)
		}
	}
	for name, text := range texts {
		for line := range strings.Lines(text) {
			if ui.Width(strings.TrimRight(line, "\n")) > command.HelpColumns {
				t.Errorf("%s --help is wider than %d columns: %s", name, command.HelpColumns, line)
			}
		}
	}
}

// What is suggested exists, and deletes nothing.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	all := everyCommand(t)
	names := command.Names(allCommands(&call.Program{}))
	for written, name := range command.OtherWords {
		if _, exists := all[name]; !exists && !slices.Contains(names, name) {
			t.Errorf("%s is answered with %s, which does not exist", written, name)
		}
		if slices.Contains(names, written) {
			t.Errorf("%s is a command", written)
		}
	}
	flags := make(map[string]bool)
	for _, c := range all {
		for _, f := range c.Flags {
			flags[f.Name] = true
		}
	}
	for written, name := range command.OtherFlags {
		if !flags[name] {
			t.Errorf("--%s is answered with --%s, which does not exist", written, name)
		}
	}
	for _, written := range []string{"delet", "supress", "unsupress", "deleet", "remov"} {
		for _, above := range []string{"", "segment", "plan"} {
			for _, word := range command.Destructive {
				if hint := command.Suggest(written, append(names, "remove"), above); strings.Contains(hint, "mean "+word) {
					t.Errorf("%s: %s", written, hint)
				}
			}
		}
	}
}

// Flags and files are told apart in every order.
func TestArrange(t *testing.T) {
	t.Parallel()
	commands := allCommands(&call.Program{MaxPerSecond: customerio.MaxPerSecond})
	for _, c := range []struct{ args, want string }{
		{"upsert a.csv --match id b.csv --resume", "upsert --match id --resume -- a.csv b.csv"},
		{"upsert --match=id -- --odd.csv", "upsert --match=id -- --odd.csv"},
		{"upsert -", "upsert -- -"},
		{"plan --format json delete a.csv", "plan delete --format json -- a.csv"},
		{"plan segment add --segment 7 a.csv", "plan segment add --segment 7 -- a.csv"},
		{"help segment add", "segment add --help"},
		{"upsert a.csv -h", "upsert --help"},
		{"help", "--help"}, {"help --help", "--help"}, {"help help", "--help"},
		{"upsert -mapping m.yaml a.csv", "upsert -mapping m.yaml -- a.csv"},
	} {
		got, err := command.Arrange(commands, append([]string{"ciobulk"}, strings.Fields(c.args)...))
		if err != nil || strings.Join(got, " ") != "ciobulk "+c.want {
			t.Errorf("%s is arranged as %q, %v", c.args, got, err)
		}
	}
	for _, args := range []string{"upsert --mach id", "upsrt", "plan upzert a.csv", "upsert a.csv --match", "segment ad", "--colour", "a.csv", "segment --match id"} {
		if got, err := command.Arrange(commands, append([]string{"ciobulk"}, strings.Fields(args)...)); err == nil {
			t.Errorf("%s is arranged as %q", args, got)
		}
	}
}
