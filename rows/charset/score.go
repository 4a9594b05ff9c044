package charset

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
)

// model is an encoding with the languages that are written in it.
type model struct {
	encoding  Encoding
	prior     float64 // how much more often it is met than others, in terms of a score
	languages []language
	wide      bool // characters beyond ASCII are of East Asia
}

// models returns the encodings that are distinguished by what the text looks like.
func models() []model {
	return []model{
		{"windows-1252", 0.1, western, false},
		{"macintosh", -0.05, western, false},
		{"windows-1250", 0, central, false},
		{"windows-1251", 0, cyrillic, false},
		{"windows-1253", -0.02, greek, false},
		{"windows-1254", -0.02, turkish, false},
		{"windows-1257", -0.05, baltic, false},
		{"iso-8859-2", -0.05, central, false},
		{"koi8-r", -0.05, cyrillic, false},
		{"ibm866", rare, cyrillic, false},
		{"cp850", rare, western, false},
		{"windows-1255", -0.05, hebrew, false},
		{"windows-1256", -0.05, arabic, false},
		{"windows-874", -0.05, thai, false},
		{"shift_jis", 0, []language{japanese}, true},
		{"euc-jp", -0.05, []language{japanese}, true},
		{"gb18030", 0, []language{simplified}, true},
		{"big5", 0, []language{traditional}, true},
		{"euc-kr", 0, []language{korean}, true},
	}
}

// reading is how a text reads in one encoding.
type reading struct {
	Encoding Encoding
	prior    float64
	text     string
	words    []string // with letters beyond ASCII, each once
	score    float64  // 1 is a text of a known language, 0 and less is not a text
}

// read decodes a text and judges it.
func (m model) read(text []byte) reading {
	decoded, _ := m.encoding.coder().NewDecoder().Bytes(text)
	r := reading{Encoding: m.encoding, prior: m.prior, text: string(decoded)}
	seen := make(map[string]bool)
	for _, w := range wordsOf(r.text) {
		if !seen[w] && len(r.words) < mostWords {
			seen[w] = true
			r.words = append(r.words, w)
		}
	}
	r.score = m.judge(r.words) + m.prior
	return r
}

// wordsOf returns the words with characters beyond ASCII: letters, and all that
// is not ASCII.
func wordsOf(text string) (words []string) {
	for _, w := range strings.FieldsFunc(text, func(r rune) bool {
		return r < 0x80 && !unicode.IsLetter(r) || r == '\u3000' || r == '\u00a0'
	}) {
		if strings.IndexFunc(w, beyondASCII) >= 0 {
			words = append(words, w)
		}
	}
	return words
}

func beyondASCII(r rune) bool { return r >= 0x80 }

// judge returns the mean of what the characters beyond ASCII say, for the language
// that most words are of. Words of other languages count for less.
func (m model) judge(words []string) float64 {
	totals, count := make([]float64, len(m.languages)), 0.0
	each := make([]float64, len(m.languages))
	for _, w := range words {
		runes := []rune(w)
		n := 0.0
		clear(each)
		for i, r := range runes {
			if r < 0x80 {
				continue
			}
			n++
			oddness := m.oddness(runes, i)
			for k, l := range m.languages {
				each[k] += oddness + m.letter(l, runes, i)
			}
		}
		best := slices.Max(each)
		for k := range totals {
			totals[k] += max(each[k], best-0.25*n)
		}
		count += n
	}
	if count == 0 {
		return -1
	}
	return slices.Max(totals) / count
}

// sample returns a word or two that show how the text reads.
func (r reading) sample() string {
	var words []string
	for _, w := range r.words {
		runes := []rune(w)
		if len(runes) > 20 {
			runes = append(runes[:20], '…')
		}
		if words = append(words, string(runes)); len(words) == 2 {
			break
		}
	}
	return strings.Join(words, ", ")
}

const (
	// plausible is the score from which on a reading is taken for text.
	plausible = 0.45
	// rare is the prior of encodings that only three words or more are evidence of.
	rare = -0.1
	// mostEvidence and mostWords bound what is judged.
	mostEvidence = 8 << 10
	mostWords    = 400
)

// choose finds the encoding of a text that is neither UTF-8 nor UTF-16. The more
// words there are, the less the best reading must differ from the next one. For the
// most frequent encoding it is enough that no other is clearly better.
func choose(text []byte) Guess {
	var all []reading
	for _, m := range models() {
		all = append(all, m.read(text))
	}
	slices.SortStableFunc(all, func(a, b reading) int { return cmp.Compare(b.score, a.score) })
	all = distinct(all)
	best := all[0]
	margin := 0.08 + 0.2/math.Sqrt(float64(max(len(best.words), 1)))
	usual := slices.IndexFunc(all, func(r reading) bool { return r.Encoding == Windows1252 })
	switch {
	case usual >= 0 && all[usual].score >= max(plausible, best.score-margin/2):
		best = all[usual]
		return Guess{Encoding: best.Encoding, Sample: best.sample()}
	case best.score >= plausible && (len(all) == 1 || best.score-all[1].score >= margin) && (best.prior > rare || len(best.words) > 2):
		return Guess{Encoding: best.Encoding, Sample: best.sample()}
	}
	if r, is := damaged(text); is {
		return Guess{Encoding: Windows1252, Sample: r.sample()}
	}
	guess := Guess{}
	for _, r := range all[:min(len(all), 4)] {
		guess.Candidates = append(guess.Candidates, Candidate{r.Encoding, r.sample()})
	}
	return guess
}

// damaged reads a text as the most frequent encoding where at least as many words
// are surely of it as have bytes that it does not have.
func damaged(text []byte) (r reading, is bool) {
	m := models()[0]
	r = m.read(text)
	sound := slices.DeleteFunc(slices.Clone(r.words), func(w string) bool {
		return strings.ContainsFunc(w, func(c rune) bool { return c == unicode.ReplacementChar || unicode.IsControl(c) })
	})
	enough := len(sound) > 0 && 2*len(sound) >= len(r.words)
	r.words = sound
	return r, enough && m.judge(sound) >= 0.8
}

// distinct drops readings that give the same text as a better one. The most frequent
// encoding takes the place of one that is hardly better.
func distinct(all []reading) (kept []reading) {
	for _, r := range all {
		same := slices.IndexFunc(kept, func(k reading) bool { return k.text == r.text })
		switch {
		case same < 0:
			kept = append(kept, r)
		case r.Encoding == Windows1252 && kept[same].score-r.score < 0.25:
			kept[same].Encoding = Windows1252
		}
	}
	return kept
}
