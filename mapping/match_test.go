package mapping

import (
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	const input = "id,email,E-mail,a=b\n1,a@b.de,c@d.de,2\n"
	for _, tt := range []struct{ mapping, match, want string }{
		{"", "id", `"identifiers":{"id":"1"},"attributes":{"email":"a@b.de","E-mail":"c@d.de","a=b":"2"}}`},
		{"", "email", `"identifiers":{"email":"a@b.de"},"attributes":{"id":"1","E-mail":"c@d.de","a=b":"2"}}`},
		{"", "email=E-mail", `"identifiers":{"email":"c@d.de"},"attributes":{"id":"1","email":"a@b.de","a=b":"2"}}`},
		{"", "id=a=b", `"identifiers":{"id":"2"},"attributes":{"id":"1","email":"a@b.de","E-mail":"c@d.de"}}`},
		{"match: {id: id}\nattributes: {x: email}\n", "", `"identifiers":{"id":"1"},"attributes":{"x":"a@b.de"}}`},
		{"match: {id: id}\nattributes: {x: email}\n", "email=E-mail", `"identifiers":{"email":"c@d.de"},"attributes":{"x":"a@b.de"}}`},
		{"attributes: {x: email}\n", "id", `"identifiers":{"id":"1"},"attributes":{"x":"a@b.de"}}`},
		{"match: {id: nowhere}\n", "email", `"identifiers":{"email":"a@b.de"},"attributes":{"id":"1","E-mail":"c@d.de","a=b":"2"}}`},
	} {
		m := matched(t, tt.mapping, tt.match)
		want := `{"type":"person","action":"identify",` + tt.want
		if got := mapRows(t, m, input)[0].operation; got != want {
			t.Errorf("%q, %q:\n got %s\nwant %s", tt.mapping, tt.match, got, want)
		}
	}
	if m := matched(t, "match: {id: a}", "email=E"); m.Match() != customerio.Email {
		t.Error(m.Match())
	}
	if m, err := FromMatch("mail"); m != nil || err == nil {
		t.Error(m, err)
	}
}

// matched returns a mapping with a match of the command line over it.
func matched(t *testing.T, mapping, match string) *Mapping {
	t.Helper()
	m, err := FromMatch(match)
	if mapping != "" {
		m, err = Parse("people.yaml", []byte(mapping), match != "")
	}
	if err == nil && mapping != "" && match != "" {
		err = m.SetMatch(match)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestDigest wants one digest for what is one mapping, and another for every
// other.
func TestDigest(t *testing.T) {
	t.Parallel()
	const a, b = "match: {id: a}\n", "match: {id: b}\n"
	seen := make(map[string]int)
	for i, same := range [][]*Mapping{
		{parse(t, a), parse(t, a+"# a comment\n"), parse(t, "match:\n    'id':\n      \"a\"  # another\n")},
		{parse(t, b)},
		{parse(t, a+"rest: drop\nempty: clear\n"), parse(t, "empty: clear\nrest: drop\n"+a)},
		{parse(t, a+"attributes: {n: {value: 7}}\n")},
		{parse(t, a+"attributes: {n: {value: '7'}}\n")},
		{parse(t, a+"attributes: {n: {value: 7.0}}\n")},
		{matched(t, a, "id=a"), matched(t, a, "id=a")},
		{matched(t, a, "id"), matched(t, a, "id=id")},
		{matched(t, a, "email=a")},
		{matched(t, b, "id=a")},
		{matched(t, "", "id"), matched(t, "", "id=id")},
		{matched(t, "", "id=a")},
		{matched(t, "", "email")},
		{where(parse(t, a), "x"), where(parse(t, a), "x")},
		{where(parse(t, a), "y")},
		{where(parse(t, a), "x", "y")},
		{where(parse(t, a), "x y")},
		{where(matched(t, "", "id"), "x")},
		{where(matched(t, a, "id=a"), "x")},
		{parse(t, a+"where: x\n")},
	} {
		for _, m := range same {
			if other, ok := seen[m.Digest()]; ok && other != i {
				t.Errorf("%d and %d have one digest", other, i)
			}
			seen[m.Digest()] = i
		}
	}
	if len(seen) != 20 {
		t.Errorf("%d digests", len(seen))
	}
	m := parse(t, a)
	before := m.Digest()
	bind(t, m, open(t, "a,x\n1,2\n"))
	if m.Digest() != before || len(before) != 64 {
		t.Error(before, m.Digest())
	}
}

func where(m *Mapping, conditions ...string) *Mapping {
	for _, c := range conditions {
		m.AddWhere(c)
	}
	return m
}
