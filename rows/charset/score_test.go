package charset

import (
	"strings"
	"testing"
)

// Texts of people and places in the encodings that they are found in, and in
// those whose readings are too much alike.
func TestChoose(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		encoding Encoding
		texts    []string
	}{
		{"windows-1252", []string{"Jürgen", "grün", "Hélène", "José;Muñoz", "don’t", "100 €", "“Hi”", "Foo™", "Café – Süd", "5 °C", "è", "GRÖßE", "süß;Öl", "5 µm;10 µl", "n° 5", "m²", "½", "£100", "¥ 5", "© 2024", "«Bonjour»", "L’été", "cœur", "Œuvre", "¿Qué?", "¡Hola!", "Müller–Lüdenscheidt", "10‰", "O´Brien", "rock ’n’ roll", "Nº 3", "Straße;Ort\nKönigstraße;Köln\n",
			"Søren;Åse;Bjørn", "François;Noël;Zoë;Jürgen;Müller;Ñandú", "Þórður;Ásgeir;Guðmundsdóttir", "João;Conceição", "Größe\nMÜLLER\nZoë O'Neill\nRue de l'Église | 2\n"}},
		{"macintosh", []string{"Müller", "Köln", "Zürich;Düsseldorf\nLübeck", "José;Muñoz;París", "Hélène;François;été", "don’t", "Núñez;Ibáñez"}},
		{"windows-1250", []string{"Łukasz;Małgorzata", "Dvořák;Jiří;Tomáš;Kučera", "Erdős;Győző;László;Zoltán;Gyöngyös"}},
		{"iso-8859-2", []string{"Dvořák;Tomáš;Žižka;Šárka"}},
		{"windows-1251", []string{"id;имя\n7;Пётр", "Мария;Смирнова;Санкт-Петербург", "ИВАНОВ;ПЕТРОВ"}},
		{"koi8-r", []string{"Мария;Смирнова;Петербург"}},
		{"ibm866", []string{"Мария;Смирнова;Петербург"}},
		{"windows-1253", []string{"Γιώργος;Παπαδόπουλος;Αθήνα"}},
		{"windows-1256", []string{"محمد;أحمد علي"}},
		{"windows-874", []string{"สมชาย;กรุงเทพ"}},
		{"shift_jis", []string{"山田太郎,東京都\n鈴木花子,大阪府", "ヤマダ タロウ", "品番,型番\n部品,電池"}},
		{"euc-jp", []string{"山田太郎,東京都\n鈴木さくら,大阪府"}},
		{"gb18030", []string{"姓名,城市\n张伟,北京\n李娜,上海", "王芳"}},
		{"big5", []string{"姓名,城市\n張偉,台北\n陳美玲,高雄"}},
		{"euc-kr", []string{"이름,도시\n김철수,서울\n박영희,부산", "김민준"}},
		{"cp850", []string{"Jürgen;Müller;Köln;Größe"}},
	} {
		for _, text := range c.texts {
			if got := choose(encode(t, c.encoding, text)); got.Encoding != c.encoding || got.Sample == "" {
				t.Errorf("%s %q: %s %q, %v", c.encoding, text, got.Encoding, got.Sample, got.Candidates)
			}
		}
	}
	for encoding, text := range map[Encoding]string{
		"windows-1254": "Yıldız;Şahin;Öztürk;Çelik;İstanbul;Doğan", "windows-1257": "Žemaitė;Vilnius;Jonušas;Kęstutis", "cp850": "Jürgen", "windows-1255": "שלום;דוד כהן", "shift_jis": "ﾔﾏﾀﾞ ﾀﾛｳ",
	} {
		got := choose(encode(t, encoding, text))
		found := false
		for _, k := range got.Candidates {
			found = found || k.Encoding == encoding
		}
		if got.Encoding != "" || !found {
			t.Errorf("%s %q: %s %q, %v", encoding, text, got.Encoding, got.Sample, got.Candidates)
		}
	}
}

// Any bytes are judged, and a sample stays short.
func TestChooseNoise(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"\xff", "\x81\x8d\x8f\x90\x9d", "a\x80", "\xfc\n\xfd\n\xfe", string(make([]byte, 99)) + "\xe9"} {
		g := choose([]byte(text))
		if (g.Encoding == "") == (len(g.Candidates) == 0) {
			t.Errorf("%q: %+v", text, g)
		}
	}
	long := ""
	for range 100 {
		long += "ärger"
	}
	if g := choose(encode(t, Windows1252, long+" "+long)); len([]rune(g.Sample)) > 2*21+2 {
		t.Errorf("a sample of %d characters", len([]rune(g.Sample)))
	}
}

func encode(t testing.TB, e Encoding, text string) []byte {
	t.Helper()
	out, err := e.coder().NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", e, err)
	}
	return out
}

// Encodings of several bytes give what x/text makes of a text, line by line, and
// the place of the first byte of a line that is not part of them.
func TestManyBytes(t *testing.T) {
	t.Parallel()
	for e, text := range map[Encoding]string{"shift_jis": "点検,型\n式\n", "euc-jp": "点検\n", "gbk": "张伟\n", "gb18030": "张㐂伟\n", "big5": "張偉\n", "euc-kr": "김철수\n", "iso-2022-jp": "点検a\n式\n"} {
		raw := encode(t, e, text)
		bad := append(append([]byte(nil), raw...), "ab\xff\x0ac\n\xffd\n"...)
		for _, size := range []int{1, 2, 3, 1000} {
			d := NewReader(chunks{strings.NewReader(string(bad)), size}, e, 0)
			got := make([]byte, 0, 100)
			buffer := make([]byte, 7)
			for {
				n, err := d.Read(buffer)
				got = append(got, buffer[:n]...)
				if err != nil {
					break
				}
			}
			if want := text + "ab\xff\nc\n\xffd\n"; string(got) != want {
				t.Errorf("%s by %d: %q, want %q", e, size, got, want)
			}
			strays := d.Strays(1000, nil)
			if len(strays) != 2 || strays[0].File != int64(len(raw)+2) || strays[0].At != int64(len(text)+2) || strays[0].Unit != 0xff || strays[1].File != int64(len(raw)+6) {
				t.Errorf("%s by %d: %+v", e, size, strays)
			}
		}
	}
}

// ISO-2022-JP has only bytes of ASCII: it is found by its switches, and other control
// sequences are left as they are.
func TestDetectSwitches(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Encoding{
		string(encode(t, "iso-2022-jp", "id,name\n1,佐藤次郎\n2,ひらがな\n")): "iso-2022-jp",
		string(encode(t, "iso-2022-jp", "番号,名前\n1,山本\n")):             "iso-2022-jp",
		"id,name\n1,\x1b[31mred\x1b[0m\n":                             UTF8,
		"id,name\n1,\x1b$Bnot\n":                                      UTF8,
		"id,name\n1,J\u00fcrgen \x1b$B\n":                             UTF8,
	} {
		if g := Detect([]byte(text), true); g.Encoding != want || want != UTF8 && g.Sample == "" {
			t.Errorf("%q: %+v, want %s", text, g, want)
		}
	}
}

// FuzzDetect wants an answer for any bytes: an encoding that can be read, candidates
// that can, or neither. A text of one encoding is never taken for nothing.
func FuzzDetect(f *testing.F) {
	for _, text := range []string{"gr\xfcn", "J\x9frgen;K\x9aln", "\xc8\xe2\xe0\xed", "\x93_\x8c\x9f\x98A", "\x00a\x00b", "\xff\xfe", "\xef\xbb\xbf", strings.Repeat("a", 20_000) + "\xe9"} {
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, all bool) {
		g := Detect([]byte(text), all)
		if g.Encoding != "" && len(g.Candidates) > 0 || len(g.Candidates) > 4 {
			t.Fatalf("%q: %+v", text, g)
		}
		for _, c := range append(g.Candidates, Candidate{g.Encoding, g.Sample}) {
			if c.Encoding != "" && c.Encoding != UTF8 && !c.Encoding.Wide() && c.Encoding.coder() == nil || len([]rune(c.Sample)) > 44 {
				t.Fatalf("%q: %+v", text, c)
			}
		}
	})
}
