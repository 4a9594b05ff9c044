package main

// The help texts: what a command is for, its flags in parts, examples, and the
// exit codes.
const commandHelp = `{{.HelpName}} - {{.Usage}}

USAGE
   {{.HelpName}} {{if .VisibleFlags}}[flags]{{end}}{{if .ArgsUsage}} {{.ArgsUsage}}{{end}}

{{wrap .Description 3}}
{{range .VisibleFlagCategories}}
{{if .Name}}{{.Name}}{{else}}FLAGS{{end}}{{range .Flags}}
   {{.}}{{end}}
{{end}}
EXAMPLES
   {{wrap .UsageText 3}}
` + exitHelp

const appHelp = `{{.Name}} - {{.Usage}}

USAGE
   {{.Name}} COMMAND [flags] FILE…

COMMANDS{{range .VisibleCommands}}
   {{.Name}}{{"\t"}}{{.Usage}}{{end}}

   ciobulk COMMAND --help tells more. Flags may stand before and behind the files.

ENVIRONMENT
   CUSTOMERIO_SITE_ID, CUSTOMERIO_API_KEY   credentials of the Track API
   CUSTOMERIO_REGION                        us or eu; found by itself if unset
   CUSTOMERIO_TRACK_URL                     another base URL: a proxy, a simulator

EXAMPLES
   ciobulk upsert people.csv --match id --simulate
   ciobulk upsert people.csv -m people.yaml --dry-run
   ciobulk upsert people.csv -m people.yaml
   ciobulk check
` + exitHelp
