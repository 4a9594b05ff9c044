package internal_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fenced  = regexp.MustCompile("(?ms)^```.*?^```$")
	heading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// Every link from one page to another leads to a file and a heading that exist,
// and every page in docs/ is linked to.
func TestLinks(t *testing.T) {
	t.Parallel()
	pages := make(map[string]string) // the texts without code, by their paths
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".md") {
			return err
		}
		data, err := os.ReadFile(path)
		pages[path] = fenced.ReplaceAllString(string(data), "")
		return err
	})
	if err != nil || pages[filepath.Join("..", "README.md")] == "" {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	linked, links := make(map[string]bool), 0
	for path, text := range pages {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			links++
			file, anchor, _ := strings.Cut(m[1], "#")
			target := path
			if file != "" {
				target = filepath.Join(filepath.Dir(path), file)
			}
			linked[target] = true
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s links to %s, which does not exist", path, m[1])
			}
			if anchor != "" && !anchors(pages[target])[anchor] {
				t.Errorf("%s links to %s, where there is no such heading", path, m[1])
			}
		}
	}
	for path := range pages {
		if strings.HasPrefix(path, filepath.Join("..", "docs")) && !linked[path] {
			t.Errorf("no page links to %s", path)
		}
	}
	t.Logf("%d links in %d pages", links, len(pages))
}

// anchors returns the names that GitHub gives to the headings of a page.
func anchors(text string) map[string]bool {
	dropped := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	names := make(map[string]bool)
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		name := dropped.ReplaceAllString(strings.ToLower(m[1]), "")
		names[strings.ReplaceAll(name, " ", "-")] = true
	}
	return names
}
