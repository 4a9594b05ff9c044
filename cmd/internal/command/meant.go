package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/internal/suggest"
)

// Destructive are the commands that no typing mistake is ever answered with.
var Destructive = []string{"delete", "suppress", "unsuppress", "remove"}

// OtherWords are commands of other programs, and what ciobulk calls them.
var OtherWords = map[string]string{
	"import": "upsert", "upload": "upsert", "update": "upsert", "identify": "upsert",
	"track": "event", "events": "event", "list": "segment list", "segments": "segment list", "ls": "segment list",
	"dry-run": "plan", "preview": "plan", "validate": "plan", "lookup": "get", "find": "get", "whoami": "check",
	"draft": "init", "mapping": "init", "mock": "simulate", "server": "simulate",
}

// Suggest says what to type instead of a command that does not exist. Commands
// that delete are never suggested: who means one reads its help first.
func Suggest(written string, names []string, above string) string {
	safe := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(Destructive, name) })
	words := suggest.Words{Names: safe}
	if above == "" {
		words.Synonyms = OtherWords
	}
	help := strings.TrimSpace("ciobulk "+above) + " --help"
	if above == "" && (written == "erase" || written == "gdpr" || written == "forget") {
		return "to erase people, read ciobulk suppress --help first"
	}
	if name := words.Meant(written); name != "" {
		return fmt.Sprintf("did you mean %s? see %s", name, help)
	}
	return "see " + help
}

// OtherFlags are flags of other programs or of earlier versions, and what they are
// here.
var OtherFlags = map[string]string{
	"format": "input-format", "file-format": "input-format", "output": "rejected", "errors": "rejected", "errors-file": "rejected",
	"continue": "resume", "force": "restart", "file": "mapping", "config": "mapping", "key": "match", "on": "match",
	"workers": "concurrency", "threads": "concurrency", "parallel": "concurrency", "batch-size": "batch-rows", "batch": "batch-rows",
	"dryrun": "dry-run", "test": "dry-run", "simulator": "simulate", "timeout": "outage", "filter": "where", "env-file": "credentials",
	"silent": "quiet", "separator": "delimiter", "charset": "encoding", "tab": "sheet", "offset": "skip", "top": "limit", "rps": "rate",
}

// flagHint says what to type instead of a flag that a command does not have.
func flagHint(written string, known []Flag, command string) string {
	help := "see " + strings.TrimSpace("ciobulk "+command) + " --help"
	words := suggest.Words{Synonyms: make(map[string]string)}
	for _, f := range known {
		if f.Name != "yes" && f.Name != "expect" { // consent is never a guess
			words.Names = append(words.Names, f.Name)
		}
	}
	for other, name := range OtherFlags {
		if slices.Contains(words.Names, name) {
			words.Synonyms[other] = name
		}
	}
	if name := words.Meant(written); name != "" {
		return fmt.Sprintf("did you mean --%s? %s", name, help)
	}
	return help
}
