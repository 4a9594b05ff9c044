package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/csv"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/cli"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/runs"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/sync/errgroup"
)

var benchRows = flag.Int("bench-rows", 1_000_000, "rows of the files that BenchmarkRun sends")

// benchMapping has the types that migrations have.
const benchMapping = `match: {id: id}
attributes:
  email: email
  first_name: first_name
  last_name: last_name
  city: city
  plan: plan
  created_at: {column: created_at, type: timestamp, layout: unix}
  balance: {column: balance, type: number}
  active: {column: active, type: boolean}
  note: note
`

// BenchmarkRun is whole runs: ciobulk as a process sends files to a counting
// service in another process on the same machine. Its references are done by
// this process in the same run: encoding/csv reads the file (read), and net/http
// sends as many bytes in as many requests without reading any row (copy).
//
// A figure of a single run says little: make bench repeats them in turn and has
// benchstat take the medians.
func BenchmarkRun(b *testing.B) {
	s := newBenchScene(b)
	b.Run("reference=read", s.read)
	for _, scheme := range []string{"http", "https"} {
		service := s.serve(b, scheme)
		b.Run("reference=copy/scheme="+scheme, func(b *testing.B) { s.copy(b, service) })
		for _, c := range []struct{ name, file string }{
			{"file=csv", "people.csv"}, {"file=csv/rows=1000", "people.csv"}, {"file=quoted", "quoted.csv"},
			{"file=csv.gz", "people.csv.gz"}, {"file=csv.zst", "people.csv.zst"}, {"file=jsonl", "people.jsonl"},
		} {
			args := []string{"--batch-rows", "10000"}
			if strings.HasSuffix(c.name, "1000") {
				args = nil
			}
			b.Run(c.name+"/scheme="+scheme, func(b *testing.B) { s.run(b, service, c.file, args...) })
			if scheme == "https" {
				break
			}
		}
	}
}

// benchScene is the files of a benchmark, and how long encoding/csv took.
type benchScene struct{ dir string }

// benchService is a counting service in a process of its own.
type benchService struct{ url, cert string }

func newBenchScene(b *testing.B) *benchScene {
	s := &benchScene{dir: b.TempDir()}
	s.write(b, "people.yaml", func(w io.Writer) { io.WriteString(w, benchMapping) })
	s.write(b, "people.csv", func(w io.Writer) { writePeople(w, *benchRows, csvPerson) })
	s.write(b, "quoted.csv", func(w io.Writer) { writePeople(w, *benchRows, quotedPerson) })
	s.write(b, "people.jsonl", func(w io.Writer) { writePeople(w, *benchRows, jsonPerson) })
	s.write(b, "people.csv.gz", func(w io.Writer) {
		z := gzip.NewWriter(w)
		writePeople(z, *benchRows, csvPerson)
		z.Close()
	})
	s.write(b, "people.csv.zst", func(w io.Writer) {
		z, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		writePeople(z, *benchRows, csvPerson)
		z.Close()
	})
	return s
}

func (s *benchScene) path(name string) string { return filepath.Join(s.dir, name) }

func (s *benchScene) write(b *testing.B, name string, fill func(io.Writer)) {
	f, err := os.Create(s.path(name))
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fill(w)
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

var personNames = strings.Split("id,email,first_name,last_name,city,plan,created_at,balance,active,note", ",")

// writePeople writes n rows of ten columns, the same ones every time.
func writePeople(w io.Writer, n int, line func(dst []byte, row int, cells []string) []byte) {
	r := mathrand.New(mathrand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	buffer := line(nil, -1, personNames)
	cells := make([]string, len(personNames))
	for i := range n {
		first, last := pick("Ada", "Grace", "Zoë", "Linus", "Margaret", "Ken"), pick("Lovelace", "Hopper", "Müller", "Torvalds", "Hamilton", "Thompson")
		copy(cells, []string{
			strconv.Itoa(100_000_000 + i), strings.ToLower(last) + "." + strconv.Itoa(r.IntN(1e6)) + "@example.com", first, last,
			pick("Berlin", "Lisbon", "New York", "Reykjavík"), pick("free", "basic", "premium"),
			strconv.Itoa(1_600_000_000 + r.IntN(1e8)), fmt.Sprintf("%d.%02d", r.IntN(10_000), r.IntN(100)),
			pick("true", "false"), pick("called in March; left no name", "asked for an invoice", "prefers the telephone to email"),
		})
		buffer = line(buffer, i, cells)
		w.Write(buffer)
		buffer = buffer[:0]
	}
}

func csvPerson(dst []byte, _ int, cells []string) []byte {
	return append(append(dst, strings.Join(cells, ",")...), '\n')
}

func quotedPerson(dst []byte, _ int, cells []string) []byte {
	return append(append(append(dst, '"'), strings.Join(cells, `","`)...), "\"\n"...)
}

func jsonPerson(dst []byte, row int, cells []string) []byte {
	if row < 0 {
		return dst
	}
	for i, cell := range cells {
		dst = append(append(append(dst, "{,"[min(i, 1)], '"'), personNames[i]...), `":`...)
		if i == 0 || 6 <= i && i <= 8 {
			dst = append(dst, cell...)
		} else {
			dst = append(append(append(dst, '"'), cell...), '"')
		}
	}
	return append(dst, "}\n"...)
}

// read is the reference: one goroutine reads the file with encoding/csv.
func (s *benchScene) read(b *testing.B) {
	before := cpu(syscall.RUSAGE_SELF)
	for b.Loop() {
		f, err := os.Open(s.path("people.csv"))
		if err != nil {
			b.Fatal(err)
		}
		r := csv.NewReader(bufio.NewReaderSize(f, 64<<10))
		r.ReuseRecord = true
		n := -1
		for ; err == nil; n++ {
			_, err = r.Read()
		}
		if err != io.EOF || n-1 != *benchRows {
			b.Fatal(n, err)
		}
		f.Close()
	}
	s.report(b, "people.csv", cpu(syscall.RUSAGE_SELF)-before)
}

// copy is the other one: the bytes of the requests that a run of the file makes,
// sent by net/http from one buffer.
func (s *benchScene) copy(b *testing.B, service benchService) {
	op := `{"type":"person","action":"identify","identifiers":{"id":"1"},"attributes":{"text":"` + strings.Repeat("x", 203) + `"}},`
	body := []byte(strings.Repeat(op, customerio.MaxBatch/len(op)))
	requests := int64((*benchRows*len(op) + len(body) - 1) / len(body))
	transport := &http.Transport{WriteBufferSize: 128 << 10, MaxIdleConnsPerHost: 16, TLSClientConfig: trusting(service)}
	defer transport.CloseIdleConnections()
	before := cpu(syscall.RUSAGE_SELF)
	for b.Loop() {
		var next atomic.Int64
		var g errgroup.Group
		for range 16 {
			g.Go(func() error {
				for next.Add(1) <= requests {
					if err := post(transport, service.url, body); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
	}
	s.report(b, "people.csv", cpu(syscall.RUSAGE_SELF)-before)
}

func post(t *http.Transport, url string, body []byte) error {
	req, err := http.NewRequest(http.MethodPost, url+"/api/v2/batch", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth(testSite, testKey)
	res, err := t.RoundTrip(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return err
}

// run is ciobulk as a process, without its pace.
func (s *benchScene) run(b *testing.B, service benchService, file string, args ...string) {
	var used time.Duration
	peak := int64(0)
	for b.Loop() {
		c := exec.Command("ciobulk-unpaced", append([]string{"upsert", s.path(file), "-m", s.path("people.yaml"),
			"--rate", "1000000", "--state-dir", b.TempDir(), "--log-format", "json", "--no-progress"}, args...)...)
		c.Env = append(os.Environ(), "CUSTOMERIO_TRACK_URL="+service.url, "CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey, "SSL_CERT_FILE="+service.cert)
		out, err := c.Output()
		if err != nil {
			b.Fatal(err, string(err.(*exec.ExitError).Stderr))
		}
		var sum runs.Summary
		if err := json.Unmarshal(out, &sum); err != nil || sum.Accepted != int64(*benchRows) {
			b.Fatal(err, string(out))
		}
		used += c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		// This process is small, so that the peak, which a child begins with
		// its parent's of, is the child's.
		peak = max(peak, c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	}
	s.report(b, file, used)
	b.ReportMetric(float64(peak)/1000, "peak-MB")
}

// report gives what a run took by row and by byte of the file.
func (s *benchScene) report(b *testing.B, file string, used time.Duration) {
	info, err := os.Stat(s.path(file))
	if err != nil {
		b.Fatal(err)
	}
	rows := float64(b.N) * float64(*benchRows)
	b.SetBytes(info.Size())
	b.ReportMetric(rows/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(used.Nanoseconds())/1000/rows, "cpu-µs/row")
	b.ReportMetric(0, "ns/op")
}

// cpu is the time that the process spent computing.
func cpu(who int) time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(who, &u) // it fails for an unknown who
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// serve starts a counting service in a process of its own, until the benchmark ends.
func (s *benchScene) serve(b *testing.B, scheme string) benchService {
	cert := s.path(scheme + ".pem")
	c := exec.Command("counting-service", scheme, cert)
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	in, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); c.Wait() })
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return benchService{strings.TrimSpace(url), cert}
}

func trusting(service benchService) *tls.Config {
	pool := x509.NewCertPool()
	if data, err := os.ReadFile(service.cert); err == nil {
		pool.AppendCertsFromPEM(data)
	}
	return &tls.Config{RootCAs: pool}
}

// countingService is a program for the benchmarks: a simulator that only counts,
// until its standard input ends. Its arguments are http or https, and where to
// write the certificate to trust.
func countingService() {
	w := simulator.New(simulator.Config{SiteID: testSite, APIKey: testKey, CountOnly: true})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	url := os.Args[1] + "://" + listener.Addr().String()
	server := &http.Server{Handler: w}
	if os.Args[1] == "https" {
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate(os.Args[2])}})
	}
	go server.Serve(listener) // ends with the process
	fmt.Println(url)
	io.Copy(io.Discard, os.Stdin)
	server.Shutdown(context.Background())
}

// certificate makes one for loopback and writes it to path.
func certificate(path string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true,
		BasicConstraintsValid: true, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// unpaced is ciobulk without the bound of --rate, to see what the tool does when
// the service is not what it waits for.
func unpaced() {
	os.Exit(cli.RunAt(1e9, os.Args, os.Stdin, os.Stdout, os.Stderr))
}
