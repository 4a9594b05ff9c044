//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// database is a PostgreSQL of the test's own.
type database struct {
	testing.TB
	bin, socket string
	who         *syscall.Credential // it refuses to run as root
}

// newDatabase starts a database, where the programs for it are installed.
func newDatabase(t testing.TB) *database {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		t.Skip("PostgreSQL is not installed")
	}
	dir, err := os.MkdirTemp("/tmp", "pg") // a path of a socket is short, and the server's user may enter
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	d := &database{TB: t, bin: filepath.Dir(found[len(found)-1]), socket: dir}
	if os.Getuid() == 0 {
		postgres, err := user.Lookup("postgres")
		if err != nil {
			t.Skip("there is no user postgres")
		}
		uid, _ := strconv.Atoi(postgres.Uid)
		gid, _ := strconv.Atoi(postgres.Gid)
		d.who = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	data := filepath.Join(dir, "data")
	if out, err := d.command("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	server := d.command("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGQUIT) // ends it at once
		_ = server.Wait()
	})
	for range 300 {
		if d.command("pg_isready", "-h", dir).Run() == nil {
			return d
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the database does not start")
	return nil
}

func (d *database) command(name string, args ...string) *exec.Cmd {
	c := exec.Command(filepath.Join(d.bin, name), args...)
	c.Dir = d.socket
	if d.who != nil {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: d.who}
	}
	return c
}

// query runs SQL and returns what it prints.
func (d *database) query(sql string) string {
	d.Helper()
	out, err := d.command("psql", "-h", d.socket, "-U", "postgres", "-XAtc", sql).CombinedOutput()
	if err != nil {
		d.Fatalf("%v\n%s", err, out)
	}
	return strings.TrimSpace(string(out))
}

// A query of a database is the input of a job. When the database ends the query in the
// middle, the step fails, nothing is sent, and no one leaves the segment.
func TestPostgres(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	d := newDatabase(t)
	s := newScene(t, 0)
	s.service.AddSegment("News", true)
	const rows = 20_000
	d.query(fmt.Sprintf("create table people as select g as id, 'name ' || g as name from generate_series(1, %d) g", rows))
	job := func(slowly string) []byte {
		return fmt.Appendf(nil, `
steps:
  people: {upsert: {command: [%q, -h, %q, -U, postgres, -XAtc, "\\copy (select id, name%s from people order by id) to stdout csv header"]}, match: id, rate: 1000}
  news: {segment sync: {command: [%q, -h, %q, -U, postgres, -XAtc, "\\copy (select id%s from people order by id) to stdout csv header"]}, match: id, segment: 1, allow-empty: true, max-remove: 100%%}
`, filepath.Join(d.bin, "psql"), d.socket, slowly, filepath.Join(d.bin, "psql"), d.socket, slowly)
	}
	run := func() *exec.Cmd {
		c := exec.CommandContext(t.Context(), "ciobulk", "run", "job.yaml", "--log-format", "json")
		c.Dir, c.Stdout, c.Stderr = s.dir, new(bytes.Buffer), new(bytes.Buffer)
		c.Env = append(os.Environ(), "CUSTOMERIO_TRACK_URL="+s.url, "CUSTOMERIO_APP_URL="+s.url, "CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey, "CUSTOMERIO_APP_API_KEY=app")
		return c
	}
	members := func() int { g, _ := s.service.Segment(1); return len(g.Members) }

	s.write("job.yaml", job(""))
	whole := run()
	if err := whole.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, whole.Stdout, whole.Stderr)
	}
	if n, in := len(s.service.People()), members(); n != rows || in != rows {
		t.Fatalf("%d people, %d of them in the segment, want %d", n, in, rows)
	}

	s.write("job.yaml", job(", pg_sleep(case when id < 10000 then 0 else 0.01 end)"))
	before, fingerprint := s.seen(), s.service.Fingerprint()
	broken := run()
	if err := broken.Start(); err != nil {
		t.Fatal(err)
	}
	for killed := 0; killed < 2; { // of both steps
		if d.query("select count(pg_terminate_backend(pid)) from pg_stat_activity where query ilike '%copy%pg_sleep%' and pid <> pg_backend_pid() and now() - query_start > interval '500 ms'") == "1" {
			killed++
		}
		time.Sleep(50 * time.Millisecond)
	}
	_ = broken.Wait() // the code is looked at
	if code := broken.ProcessState.ExitCode(); code != exitBroken {
		t.Errorf("exit code %d\n%s%s", code, broken.Stdout, broken.Stderr)
	}
	if said := fmt.Sprint(broken.Stderr); !strings.Contains(said, "terminating connection") || strings.Count(said, "the command psql failed: exit status") != 2 {
		t.Error(said)
	}
	if s.seen() != before || s.service.Fingerprint() != fingerprint || members() != rows {
		t.Errorf("%d requests, %d members", s.seen()-before, members())
	}
}
