package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// file is one file of an archive.
type file struct {
	name string
	mode int64
	data []byte
}

// files returns the files under a folder, by name, for a folder of the archive.
func files(dir, under string) (all []file, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		mode := int64(0o644)
		if strings.HasPrefix(entry.Name(), "ciobulk") && filepath.Dir(name) == "." {
			mode = 0o755
		}
		all = append(all, file{under + "/" + filepath.ToSlash(name), mode, data})
		return err
	})
	return all, err
}

// tarOf is a tar file: the same for the same files, whoever makes it.
func (r *release) tarOf(all []file) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, f := range all {
		h := &tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.data)), ModTime: r.date, Format: tar.FormatUSTAR}
		if strings.HasSuffix(f.name, "/") {
			h.Typeflag, h.Size = tar.TypeDir, 0
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

func (r *release) tarball(to, under, dir string) error {
	all, err := files(dir, under)
	if err != nil {
		return err
	}
	packed, err := r.tarOf(all)
	if err != nil {
		return err
	}
	return os.WriteFile(to, gzipped(packed), 0o644)
}

func (r *release) zip(to, under, dir string) error {
	all, err := files(dir, under)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range all {
		part, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: r.date})
		if err == nil {
			_, err = part.Write(f.data)
		}
		if err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(to, b.Bytes(), 0o644)
}

// gzipped packs data without a name and a time.
func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level exists
	_, _ = w.Write(data)                                  // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// imageUser owns no file of the image.
const imageUser = "65532:65532"

// image writes a container image from scratch, in the form that docker load and podman
// load read: the binary, certificates, and a folder for the caller's files.
func (r *release) image(to, binary string, t target) error {
	program, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	certs, err := os.ReadFile(r.certs)
	if err != nil {
		return err
	}
	layer, err := r.tarOf([]file{
		{"etc/", 0o755, nil}, {"etc/ssl/", 0o755, nil}, {"etc/ssl/certs/", 0o755, nil}, {"etc/ssl/certs/ca-certificates.crt", 0o644, certs},
		{"tmp/", 0o1777, nil}, {"usr/", 0o755, nil}, {"usr/bin/", 0o755, nil}, {"usr/bin/ciobulk", 0o755, program}, {"work/", 0o777, nil},
	})
	if err != nil {
		return err
	}
	config, err := json.Marshal(map[string]any{
		"architecture": t.arch, "os": t.os, "created": r.date.Format("2006-01-02T15:04:05Z"),
		"config": map[string]any{
			"User": imageUser, "Entrypoint": []string{"/usr/bin/ciobulk"}, "Env": []string{"PATH=/usr/bin"}, "WorkingDir": "/work",
			"Labels": map[string]string{"org.opencontainers.image.source": "https://github.com/ciobulk/ciobulk", "org.opencontainers.image.version": r.version, "org.opencontainers.image.licenses": "MIT"},
		},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + digest(layer)}},
	})
	if err != nil {
		return err
	}
	manifest, err := json.Marshal([]map[string]any{{
		"Config": digest(config) + ".json", "RepoTags": []string{"ciobulk:" + strings.ReplaceAll(r.version, "+", "-")}, "Layers": []string{"layer.tar"},
	}})
	if err != nil {
		return err
	}
	packed, err := r.tarOf([]file{{digest(config) + ".json", 0o644, config}, {"layer.tar", 0o644, layer}, {"manifest.json", 0o644, manifest}})
	if err != nil {
		return err
	}
	return os.WriteFile(to, packed, 0o644)
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// checksums writes SHA256SUMS for all files of a folder.
func checksums(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var lines []string
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		lines = append(lines, fmt.Sprintf("%s  %s\n", digest(data), e.Name()))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[64:], b[64:]) })
	return os.WriteFile(filepath.Join(dir, "SHA256SUMS"), []byte(strings.Join(lines, "")), 0o644)
}
