// Command ciobulk moves rows between CSV and JSONL files and Customer.io.
package main

import "os"

func main() {
	os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr))
}
