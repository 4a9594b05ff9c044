// Command ciobulk moves people, events and segments between files and Customer.io
// in bulk.
package main

import (
	"os"

	"github.com/ciobulk/ciobulk/cmd/internal/cli"
)

func main() {
	os.Exit(cli.Run(os.Args, os.Stdin, os.Stdout, os.Stderr))
}
