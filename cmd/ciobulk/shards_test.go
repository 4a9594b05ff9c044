package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/goccy/go-yaml"
)

// shardScene is a folder with people, for the samples of sharding.
func shardScene(t *testing.T, rows int) (w *simulator.Workspace, dir string, env []string) {
	t.Helper()
	w, url := newService(t, simulator.Config{})
	dir = t.TempDir()
	for name, data := range map[string][]byte{"people.csv": peopleCSV(rows), "people.yaml": []byte(sceneMapping)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return w, dir, append(os.Environ(), "CUSTOMERIO_TRACK_URL="+url, "CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey)
}

// checkShards: each row was seen by one shard.
func checkShards(t *testing.T, w *simulator.Workspace, rows int) {
	t.Helper()
	if s := w.Stats(); s.People != rows*9/10 || s.Operations != int64(rows*9/10) {
		t.Errorf("%d people by %d operations, want %d of each", s.People, s.Operations, rows*9/10)
	}
}

// The sample for GNU parallel works where that is installed, as it is in CI.
func TestParallelSample(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("parallel"); err != nil {
		t.Skip("GNU parallel is not installed")
	}
	script, err := filepath.Abs(root + "/samples/shards/parallel.sh")
	if err != nil {
		t.Fatal(err)
	}
	w, dir, env := shardScene(t, 1000)
	c := exec.CommandContext(t.Context(), script, "4", "people.csv", "-m", "people.yaml")
	c.Dir, c.Env = dir, env
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	checkShards(t, w, 1000)
}

// What the pods of the Kubernetes sample run does the work, pod by pod.
func TestKubernetesSample(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(root + "/samples/shards/kubernetes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var job struct {
		Spec struct {
			Completions int
			Template    struct {
				Spec struct{ Containers []struct{ Command []string } }
			}
		}
	}
	if err := yaml.Unmarshal(data, &job); err != nil {
		t.Fatal(err)
	}
	command := job.Spec.Template.Spec.Containers[0].Command
	if n := job.Spec.Completions; n < 2 || !strings.Contains(command[len(command)-1], fmt.Sprintf("/%d\"", n)) {
		t.Fatalf("%d completions for %q", n, command)
	}
	w, dir, env := shardScene(t, 1000)
	for index := range job.Spec.Completions {
		c := exec.CommandContext(t.Context(), command[0], command[1:]...)
		c.Env = append(env, "DATA="+dir, fmt.Sprintf("JOB_COMPLETION_INDEX=%d", index))
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("pod %d: %v\n%s", index, err, out)
		}
	}
	checkShards(t, w, 1000)
}
