package runs

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"path/filepath"
	"strings"
	"time"
)

var (
	//go:embed report.html
	reportPage string
	//go:embed report.css
	reportStyle string
)

// guardsPart is the part of a page that shows guards.
const guardsPart = `{{define "guards"}}{{if .}}

<h2>Guards</h2>
<div class="wide"><table>
<tr><th>guard</th><th>limit</th><th>found</th></tr>
{{- range .}}
<tr><td>{{.Name}}</td><td>{{.Limit}}</td><td>{{.Found}}</td></tr>
{{- end}}
</table></div>
{{- end}}{{end}}`

// mostExamples is how many rejected rows a report shows, where it shows some, and
// mostReasons how many reasons.
const (
	mostExamples = 50
	mostReasons  = 100
)

// WriteReport writes what a run came to as one page of HTML that loads nothing and runs
// nothing. The same run gives the same bytes. Without examples it has no personal data,
// apart from what the names of files say. An error is one of reading the run, or of to.
func WriteReport(to io.Writer, dir string, examples bool) error {
	e, is := ReadEntry(dir)
	if !is || !e.OfRows() {
		return fmt.Errorf("%s is not the directory of a run that sent rows", dir)
	}
	p := page{Entry: e, Style: template.CSS(reportStyle), StyleHash: styleHash()}
	if run, err := Load(dir); err == nil {
		p.Run = run
		p.Summary = Summary{Ledger: e.Ledger, Requests: run.Checkpoint.Requests, Retries: run.Checkpoint.Retries, Bytes: run.Checkpoint.Bytes,
			Seconds: run.Checkpoint.Seconds, Reasons: run.Checkpoint.Reasons, Resumed: run.Checkpoint.Resumed, Resent: run.Checkpoint.Resent}
	}
	if data, err := readRecord(filepath.Join(dir, summaryFile)); err == nil {
		var said Summary
		if err := json.Unmarshal(data, &said); err == nil { // of a damaged one, the checkpoint has the ledger
			p.Guards, p.Summary.Samples = said.Guards, said.Samples
			if e.Status == StatusFinished {
				p.Summary = said
			}
		}
	}
	if examples && p.Run != nil {
		if err := p.exemplify(); err != nil {
			return err
		}
	}
	var b bytes.Buffer // so that an error leaves no part of a page
	if err := reportTemplate(reportPage).Execute(&b, &p); err != nil {
		return err
	}
	_, err := to.Write(b.Bytes())
	return err
}

// styleHash is what the policy of a page names its style by.
func styleHash() string {
	sum := sha256.Sum256([]byte(reportStyle))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// reportTemplate is the template of a page.
func reportTemplate(text string) *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"grouped": grouped, "at": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"seconds": func(s float64) string {
			return time.Duration(s * float64(time.Second)).Round(time.Millisecond).String()
		},
	}).Parse(text + guardsPart))
}

// page is what the template shows.
type page struct {
	Entry
	Run       *Run // nil where its record cannot be read
	Summary   Summary
	Style     template.CSS
	StyleHash string
	Guards    []Guard // of the process that wrote the summary
	Examples  []Refused
	MoreRows  int64 // that are no examples
}

// exemplify takes the first rejected rows.
func (p *page) exemplify() error {
	return p.Run.EachRefused(func(r Refused) {
		if len(p.Examples) == mostExamples {
			p.MoreRows++
			return
		}
		p.Examples = append(p.Examples, r)
	})
}

// Ended is how the run ended.
func (p *page) Ended() string {
	if p.ExitCode == nil {
		return string(p.Status)
	}
	return fmt.Sprintf("%s, exit code %d", p.Status, *p.ExitCode)
}

// Line is the command line that began the run, without its condition.
func (p *page) Line() string {
	words := p.Command()
	if p.Run != nil {
		words = p.Run.Recipe.line()
	}
	return "ciobulk " + strings.Join(words, " ")
}

// Files are the inputs.
func (p *page) Files() []File {
	if p.Run == nil {
		return nil
	}
	return p.Run.Recipe.Inputs[:min(len(p.Run.Recipe.Inputs), 50)]
}

// Reasons are why rows were not accepted.
func (p *page) Reasons() []Reason {
	return p.Summary.Reasons[:min(len(p.Summary.Reasons), mostReasons)]
}

// share is a part of the ledger.
type share struct {
	Name    string
	N       int64
	Percent float64
	From    float64 // percent of the rows that are before it
}

// Verdicts is the ledger in parts.
func (p *page) Verdicts() (parts []share) {
	from := 0.0
	for _, v := range []share{{"accepted", p.Accepted, 0, 0}, {"rejected", p.Rejected, 0, 0}, {"unknown", p.Unknown, 0, 0},
		{"filtered", p.Filtered, 0, 0}, {"unchanged", p.Unchanged, 0, 0}, {"duplicates", p.Duplicates, 0, 0}} {
		if p.Rows > 0 {
			v.Percent = 100 * float64(v.N) / float64(p.Rows)
		}
		v.From, from = from, from+v.Percent
		parts = append(parts, v)
	}
	return parts
}

// chart is a line over the time of a run.
type chart struct {
	Title  string
	Points string // of the line, in a field of 600 by 120
	Most   string // what the top is
	Last   string // when the line ends
}

// NoCourse says why the page has no charts.
func (p *page) NoCourse() string {
	s := p.Summary
	switch {
	case s.Seconds < 2*sampleEvery.Seconds(), len(s.Samples) == 1 && s.Resumed == 0:
		return "The run was too short for a course: a sample is taken every ten seconds, and a course has two."
	case p.Status != StatusFinished:
		return "The course is recorded when a process ends in order, and none of this run has."
	case s.Resumed > 0:
		return "The course is that of the last process, which was too short for one: the run was continued shortly before its end."
	}
	return "The run took long enough for a course, but it has no samples: a version of ciobulk that took none made it."
}

// Charts are rows and requests a second, if the run was long enough for samples.
func (p *page) Charts() []chart {
	s := p.Summary.Samples
	if len(s) < 2 {
		return nil
	}
	return []chart{
		chartOf("rows a second", s, func(x Sample) int64 { return x.Rows }),
		chartOf("requests a second", s, func(x Sample) int64 { return x.Requests }),
	}
}

func chartOf(title string, samples []Sample, of func(Sample) int64) chart {
	rates, most := make([]float64, len(samples)), 0.0
	before := Sample{}
	for i, s := range samples {
		if took := s.Seconds - before.Seconds; took > 0 {
			rates[i] = float64(of(s)-of(before)) / took
		}
		before, most = s, max(most, rates[i])
	}
	var points strings.Builder
	last := samples[len(samples)-1].Seconds
	for i, s := range samples {
		y := 120.0
		if most > 0 {
			y = 120 - 110*rates[i]/most
		}
		fmt.Fprintf(&points, "%.1f,%.1f ", 600*s.Seconds/last, y)
	}
	top := grouped(int64(most))
	if most < 10 {
		top = fmt.Sprintf("%.1f", most)
	}
	return chart{title, strings.TrimSpace(points.String()), top, time.Duration(last * float64(time.Second)).Round(time.Second).String()}
}

// grouped writes a number with commas between its thousands.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
