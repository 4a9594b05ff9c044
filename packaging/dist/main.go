// Command dist builds what a release consists of into a folder: a binary for each target
// in an archive, Debian and RPM packages, a container image, a bill of materials and
// checksums. Two builds of one commit are the same, byte for byte.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The programs that are run by `go run`, so that the module does not depend on them.
const (
	nfpm      = "github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.1"
	cyclonedx = "github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0"
)

// target is an operating system and an architecture, as Go calls them.
type target struct{ os, arch string }

// release is one build of all that is released.
type release struct {
	out     string // the folder
	stage   string // a folder for files on their way into archives
	version string
	date    time.Time // of the commit
	certs   string    // the certificates of the image
}

func main() {
	out := flag.String("out", "dist", "the folder to write to; it is emptied first")
	targets := flag.String("targets", "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64", "what to build for")
	certs := flag.String("certificates", "/etc/ssl/certs/ca-certificates.crt", "the certificate authorities of the image")
	flag.Parse()
	if err := run(*out, *targets, *certs); err != nil {
		fmt.Fprintln(os.Stderr, "dist:", err)
		os.Exit(1)
	}
}

func run(out, targets, certs string) error {
	r := release{out: out, certs: certs}
	if err := r.begin(); err != nil {
		return err
	}
	defer os.RemoveAll(r.stage)
	for name := range strings.SplitSeq(targets, ",") {
		goos, arch, is := strings.Cut(strings.TrimSpace(name), "/")
		if !is {
			return fmt.Errorf("%q is not a target such as linux/amd64", name)
		}
		if err := r.target(target{goos, arch}); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return checksums(out)
}

// begin finds out the version and empties the folder.
func (r *release) begin() (err error) {
	described, err := output("git", "describe", "--tags", "--always", "--match", "v*", "--abbrev=12")
	if err != nil {
		return err
	}
	if r.version = strings.TrimPrefix(described, "v"); r.version == described { // no version was released yet
		r.version = "0.0.0-dev." + described
	}
	seconds, err := output("git", "log", "-1", "--format=%ct")
	if err != nil {
		return err
	}
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return err
	}
	r.date = time.Unix(unix, 0).UTC()
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	r.stage, err = os.MkdirTemp("", "ciobulk-dist")
	return err
}

// target builds all that there is for one target.
func (r *release) target(t target) error {
	name := fmt.Sprintf("ciobulk_%s_%s_%s", r.version, t.os, t.arch)
	dir := filepath.Join(r.stage, name)
	if err := r.fill(dir, t); err != nil {
		return err
	}
	binary := filepath.Join(dir, t.binary())
	bill := filepath.Join(r.out, name+".sbom.json")
	if err := goRun(nil, cyclonedx, "bin", "-json", "-noserial", "-notimestamp", "-version", r.version, "-output", bill, binary); err != nil {
		return err
	}
	if t.os == "windows" {
		return r.zip(filepath.Join(r.out, name+".zip"), name, dir)
	}
	if err := r.tarball(filepath.Join(r.out, name+".tar.gz"), name, dir); err != nil || t.os != "linux" {
		return err
	}
	for _, packager := range []string{"deb", "rpm"} {
		if err := r.pack(packager, dir, t); err != nil {
			return err
		}
	}
	return r.image(filepath.Join(r.out, name+".image.tar"), binary, t)
}

func (t target) binary() string {
	if t.os == "windows" {
		return "ciobulk.exe"
	}
	return "ciobulk"
}

// fill puts into a folder what an archive holds.
func (r *release) fill(dir string, t target) error {
	for _, sub := range []string{"completions", "man"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			return err
		}
	}
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=true", "-ldflags=-s -w", "-o", filepath.Join(dir, t.binary()), "./cmd/ciobulk")
	build.Env = append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED=0", "GOFLAGS=")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	for path, args := range map[string][]string{
		"completions/ciobulk.bash": {"completion", "bash"}, "completions/_ciobulk": {"completion", "zsh"}, "completions/ciobulk.fish": {"completion", "fish"},
		"completions/ciobulk.ps1": {"completion", "powershell"}, "man/ciobulk.1": {"man"},
	} {
		text, err := exec.Command("go", append([]string{"run", "./cmd/ciobulk"}, args...)...).Output()
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, path), text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	for _, path := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		text, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, path), text, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pack writes a package for Linux.
func (r *release) pack(packager, dir string, t target) error {
	page, err := os.ReadFile(filepath.Join(dir, "man/ciobulk.1"))
	if err != nil {
		return err
	}
	zipped := filepath.Join(dir, "man/ciobulk.1.gz")
	if err := os.WriteFile(zipped, gzipped(page), 0o644); err != nil {
		return err
	}
	defer os.Remove(zipped)
	// Both order versions before a release by the tilde.
	version := strings.Replace(r.version, "-", "~", 1)
	return goRun([]string{"STAGE=" + dir, "ARCH=" + t.arch, "VERSION=" + strings.ReplaceAll(version, "-", "."), "SOURCE_DATE_EPOCH=" + strconv.FormatInt(r.date.Unix(), 10)},
		nfpm, "package", "--config", "packaging/nfpm.yaml", "--packager", packager, "--target", r.out+"/")
}

// goRun runs a program of another module.
func goRun(env []string, program string, args ...string) error {
	c := exec.Command("go", append([]string{"run", program}, args...)...)
	c.Env = append(append(os.Environ(), "GOFLAGS="), env...)
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", program, err, out)
	}
	return nil
}

func output(program string, args ...string) (string, error) {
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", program, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
