//go:build !unix

package runs

import "os"

// readFile reads the file at path.
func readFile(path string, _ int64) ([]byte, error) { return os.ReadFile(path) }
