package mapping

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows"
)

// drafted drafts a mapping for text.
func drafted(tb testing.TB, text string, o DraftOptions) *Drafted {
	tb.Helper()
	d, err := Draft(open(tb, text), o)
	if err != nil {
		tb.Fatalf("%v\n%q", err, text)
	}
	return d
}

// attributeOf drafts a column called name with values and returns its lines.
func attributeOf(tb testing.TB, o DraftOptions, name string, values ...string) string {
	tb.Helper()
	var b strings.Builder
	b.WriteString("id,")
	b.Write(rows.AppendCSVCell(nil, []byte(name), ','))
	for i, v := range values {
		fmt.Fprintf(&b, "\nk%d,%s", i, rows.AppendCSVCell(nil, []byte(v), ','))
	}
	_, lines, _ := strings.Cut(string(drafted(tb, b.String()+"\n", o).YAML), "attributes:")
	return lines
}

// What a column is drafted as: by its values, and where these leave it open by its
// name.
func TestDraftTypes(t *testing.T) {
	t.Parallel()
	berlin := DraftOptions{Zone: "Europe/Berlin", Country: "DE"}
	for _, c := range []struct{ name, values, want string }{
		{"Age", "36 85 0 -3", "age: {column: Age, type: integer}"},
		{"Age", "36 n/a 85", `age: {column: Age, type: integer, values: {n/a: ""}}`},
		{"Balance", "1.5 12 0.25", "type: number}"},
		{"Balance", "1,5 12,00", `type: number, decimal: ","}`},
		{"Balance", "1.234,50 7,5", `type: number, decimal: ",", thousands: "."}`},
		{"Balance", "1,234.50 7.5", `type: number, thousands: ","}`},
		{"Balance", "1'234.50 7.5", `type: number, thousands: "'"}`},
		{"Balance", "1.234 5.678", "# CHECK: 1.234 can be read with thousands or with a fraction; the other way is type: number, decimal: \",\", thousands: \".\"\n  balance: {column: Balance, type: number}"},
		{"Code", "007 12", "code: Code  # 2 of 2 filled, 2 distinct; text: leading zeros would be lost as a number"},
		{"Points", "007 12", "points: Points  # 2 of 2 filled, 2 distinct; text: leading zeros"},
		{"Serial", "9007199254740993123 1", "text: numbers of 16 digits and more lose their last ones"},
		{"Order No", "1 2 3", "order_no: Order No  # 3 of 3 filled, 3 distinct; text: by its name it is no amount"},
		{"PLZ", "1067 80331", "# CHECK: values of 4 and of 5 digits: if zeros stood in front of the shorter ones, a spreadsheet has dropped them"},
		{"IMEI", "1.23E+15 4.5E+14", "# CHECK: a spreadsheet has shortened 2 values such as 1.23E+15, and their digits are lost: export the file again with this column as text\n  imei: IMEI"},
		{"Active", "yes no YES", "active: {column: Active, type: boolean, true: [yes], false: [no]}"},
		{"Aktiv", "ja nein", "true: [ja], false: [nein]}"},
		{"Newsletter", "1 0", "type: boolean, true: [1], false: [0]}  # 2 of 2 filled, 2 distinct; 1 and 0 are taken for true and false because of the name"},
		{"Children", "1 0", "type: integer}  # 2 of 2 filled, 2 distinct; only 0 and 1: for true and false write type: boolean"},
		{"Sex", "f f f", "sex: Sex"},
		{"VIP", "x _ x", `# CHECK: an empty cell is sent as false; without default it is not sent` + "\n" + `  vip: {column: VIP, type: boolean, true: [x], false: ["no"], default: "no"}`},
		{"Since", "2025-12-31T23:59:00Z 2025-01-01T00:00:00+01:00", "type: timestamp, layout: iso8601}"},
		{"Since", "2025-12-31 2025-01-01", "type: timestamp, layout: iso8601, zone: Europe/Berlin}"},
		{"Since", "31.12.2025 01.02.2025", `layout: "%d.%m.%Y", zone: Europe/Berlin}`},
		{"Since", "31.12.2025 1.2.2025", `layout: "%-d.%-m.%Y", zone: Europe/Berlin}`},
		{"Since", "31.12.2025␣14:05", `layout: "%d.%m.%Y %H:%M", zone: Europe/Berlin}`},
		{"Since", "12/31/2025␣2:05␣PM", `layout: "%m/%d/%Y %-I:%M %p", zone: Europe/Berlin}`},
		{"Since", "31/12/2025 03/04/2025", `layout: "%d/%m/%Y", zone: Europe/Berlin}`},
		{"Since", "12/31/2025 03/04/2025", `layout: "%m/%d/%Y", zone: Europe/Berlin}`},
		{"Since", "03/04/2025 05/06/2025", "# CHECK: 03/04/2025 is read day first, which the values leave open; the other way is layout: \"%m/%d/%Y\"\n  since: {column: Since, type: timestamp, layout: \"%d/%m/%Y\""},
		{"Born", "03.04.1961 24.12.1985", "range: any}  # 2 of 2 filled, 2 distinct; dates before 1990, so range: any"},
		{"Since", "31.12.2025 01.12.2025 02.12.2025 03.12.2025 04.12.2025 soon later", "# CHECK: 5 of 7 values are dates, and all are text: mend the others, or write type: timestamp"},
		{"Since", "31.12.2025 01.12.2025 02.12.2025 03.12.2025 04.12.2025 05.12.2025 06.12.2025 soon", "# CHECK: 1 of 8 values does not convert, row 8: the row would be rejected\n  since: {column: Since, type: timestamp"},
		{"Since", "31-Dec-25", `layout: "%-d-%b-%y"`},
		{"Since", "Dec␣31,␣2025", `layout: "%b %-d, %Y"`},
		{"updated_at", "1762165920 1762165921", "type: timestamp, layout: unix}"},
		{"updated_at", "1762165920123", "type: timestamp, layout: unix_ms}"},
		{"Points", "1762165920 1762165921", "# CHECK: numbers of the size of unix time; if they are dates, write type: timestamp, layout: unix\n  points: {column: Points, type: integer}"},
		{"Datum", "45992 45993.5", "# CHECK: numbers of the size that spreadsheets give dates; if they are amounts, write type: number\n  datum: {column: Datum, type: timestamp, layout: excel, zone: Europe/Berlin}"},
		{"Points", "45992 45993", "points: {column: Points, type: integer}"},
		{"Datum", "20251231 20250101", `layout: "%Y%m%d"`},
		{"Tags", "a|b b|c", `tags: {column: Tags, type: list, separator: "|", trim: true}`},
		{"Tags", "a,␣b b", `tags: {column: Tags, type: list, separator: ",", trim: true}`},
		{"Name", "Lovelace,␣Ada Hopper,␣Grace", "name: Name "},
		{"Address", `{"city":"Berlin"} {"city":"Rome"}`, "address: {column: Address, type: json}"},
		{"Telefon", "0151␣23456789 089/1234567", "telefon: {column: Telefon, type: phone, country: DE}"},
		{"Phone", "0151␣23456789 +4915123456789", "  phone: {column: Phone, type: phone, country: DE}"},
		{"Work E-mail", "a@example.com b@example.org", "work_e_mail: {column: Work E-mail, type: email}"},
		{"E-Mail-Adresse", "a@example.com b@example.org", "  email: {column: E-Mail-Adresse, type: email}"},
		{"Email opt-in", "yes no", "email_opt_in: {column: Email opt-in, type: boolean"},
		{"Umsatz", "€␣1,50 €␣2", "# CHECK: amounts with a currency are text"},
		{"Rabatt", "5␣% 7␣%", "# CHECK: percentages are text"},
		{"Note", "#N/A hello #REF!", `note: {column: Note, values: {"#N/A": "", "#REF!": ""}}  # 3 of 3 filled, 3 distinct; taken for empty: #N/A (1), #REF! (1)`},
		{"Note", "NULL hello", "# CHECK: sent as text: NULL (1)"},
		{"Note", "hello␣ you", "note: {column: Note, trim: true}  # 2 of 2 filled, 2 distinct; 1 value with spaces around"},
		{"Art", `="00123" ="7"`, `CHECK: 2 values like ="00123", a spreadsheet's formula`},
		{"Note", "_ _", "# note: Note  # empty throughout"},
		{"Note", strings.Repeat("long", 251), "# CHECK: 1 value longer than Customer.io's limit of 1000 bytes: the row would be rejected"},
		{"Plan", "pro pro", "plan: Plan  # 2 of 2 filled, 1 distinct; the same in every row"},
		{"created_at", "2025-12-31", "created_at: {column: created_at, type: timestamp, layout: iso8601, zone: Europe/Berlin}"},
		{"Created At", "soon", "# CHECK: Customer.io takes created_at for a time: these are other values, so they are called created_at_text\n  created_at_text: Created At"},
		{"Unsubscribed", "maybe", "unsubscribed_text: Unsubscribed"},
		{"cio_id", "a b", "# CHECK: cio_id is given out by Customer.io and cannot be set\n  # cio_id: cio_id"},
		{"ID", "7 8", "# CHECK: id would set or change the person's identifier"},
		{"_row", "1 2", ""},
		{"createdAt", "1762165920", "  created_at: {column: createdAt, type: timestamp, layout: unix}"},
		{"Umsatz", "1,50␣EUR 2␣EUR", "# CHECK: amounts with a currency are text"},
		{"firstName", "Ada", "  firstName: firstName"},
		{"First Name", "Ada", "  first_name: First Name"},
		{"Straße/Ort (neu)", "x", "  strasse_ort_neu: "},
		{"Имя", "Ада", "  имя: Имя"},
		{"!!!", "x", "  column_2: \"!!!\""},
	} {
		t.Run(c.name+"/"+fmt.Sprintf("%.40s", c.values), func(t *testing.T) {
			t.Parallel()
			values := strings.Split(c.values, " ")
			for i, v := range values {
				values[i] = strings.ReplaceAll(strings.TrimPrefix(v, "_"), "␣", " ")
			}
			if got := attributeOf(t, berlin, c.name, values...); !strings.Contains(got, c.want) || c.want == "" && got != " {}\n" {
				t.Errorf("drafted\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

// What can be read in two ways is read as the rest of the file is.
func TestDraftStyle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"id,a,b\n1,03/04/2025,12/31/2025\n", `a: {column: a, type: timestamp, layout: "%m/%d/%Y"`},
		{"id,a,b\n1,03/04/2025,31/12/2025\n", `a: {column: a, type: timestamp, layout: "%d/%m/%Y"`},
		{"id;a\n1;1.234\n", `a: {column: a, type: number, decimal: ",", thousands: "."}`},
		{"id;a\n1;1,234\n", `a: {column: a, type: number, decimal: ","}`},
		{"id,a\n1,\"1,234\"\n", `a: {column: a, type: number, thousands: ","}`},
		{"id,a,b\n1,\"1,234\",\"1,5\"\n", `a: {column: a, type: number, decimal: ","}`},
	} {
		if got := string(drafted(t, c.text, DraftOptions{}).YAML); !strings.Contains(got, c.want) {
			t.Errorf("%q:\n%s\nwant %s", c.text, got, c.want)
		}
	}
	got := string(drafted(t, "id,firstname,firstName\n1,a,b\n", DraftOptions{}).YAML)
	if want := "# CHECK: firstName is what column \"firstname\" is called: this one is another attribute\n  firstName_2: firstName"; !strings.Contains(got, want) {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// A sketch counts exactly up to its size, and closely beyond it.
func TestSketch(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 1000, 1001, 50_000, 1_000_000} {
		s := newSketch(1000)
		for i := range n {
			s.add(mix(uint64(i) + 1))
		}
		if got := s.distinct(); got > int64(n) || got < int64(n)*9/10 || n <= 1000 && got != int64(n) || len(s.seen) > 1000 || n > 0 && len(s.seen) < min(n, 400) {
			t.Errorf("%d distinct are counted as %v, by %d", n, &s, len(s.seen))
		}
		if !s.unique() {
			t.Errorf("of %d distinct some came twice", n)
		}
		for i := range n {
			s.add(mix(uint64(i) + 1))
		}
		if s.unique() != (n == 0) {
			t.Errorf("all of %d came twice, and it is not seen", n)
		}
	}
}

// Who the rows are about is told by names; values only warn.
func TestDraftMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"Name,Kunden-Nr,E-Mail\na,1,a@b.de\nb,2,c@d.de\n", "match: {id: Kunden-Nr}  # by its name; 2 distinct of 2\n# or: {email: E-Mail}  # 2 distinct of 2\n"},
		{"id,customer_id\n1,x\n2,y\n", "match: {id: customer_id}"},
		{"id,email\n1,a@b.de\n1,c@d.de\n", "match: {email: email}  # by its name; 2 distinct of 2\n# or: {id: id}  # 1 distinct of 2; rows with the same value are of one person\n"},
		{"id,email\na@b.de,\nc@d.de,x@y.de\n", "# CHECK: the values look like email addresses\nmatch: {id: id}"},
		{"login\na@b.de\nc@d.de\n", "# CHECK: no column is called as an identifier is; choose the one that people are found by:\n# different in every row: \"login\"\n# match: {id: COLUMN}"},
		{"email\na@b.de\n\"\"\nnobody\n", "# CHECK: 1 row would be rejected, as the column is empty\n# CHECK: 1 value is no email address\nmatch: {email: email}"},
		{"Handy\n+4915123456789\n", "match: {phone: Handy}"},
		{"Handy\n+49 151 23456789\n", "# CHECK: values are not all phone numbers such as +4915123456789; see --country\nmatch: {phone: Handy}"},
		{"Handy\n0151 23456789\n", "# CHECK: values are not all phone numbers such as +4915123456789; see --country\nmatch: {phone: Handy}"},
		{"customer,x\nk1,y\nk2,z\n", "# CHECK: the name \"customer\" says who, and not that it is an identifier\nmatch: {id: customer}"},
		{"correo electrónico\na@b.es\n", "match: {email: correo electrónico}"},
		{"cio_id\nab01\n", "match: {cio_id: cio_id}"},
		{"id\n1.23E+15\n", "# CHECK: a spreadsheet has shortened numbers, such as 1.23E+15: the digits are lost\nmatch: {id: id}"},
		{"Email,Name\n", "# CHECK: there are no rows that could tell whether it is so\nmatch: {email: Email}"},
		{`{"user":{"id":1},"id":7}` + "\n", "match: {id: id}"},
	} {
		if got := string(drafted(t, c.text, DraftOptions{}).YAML); !strings.Contains(got, c.want) {
			t.Errorf("%q:\n%s\nwant %s", c.text, got, c.want)
		}
	}
	if got := string(drafted(t, "Handy\n0151 23456789\n", DraftOptions{Country: "DE"}).YAML); !strings.Contains(got, "\nmatch: {phone: {column: Handy, country: DE}}") {
		t.Error(got)
	}
	if got := string(drafted(t, "a,b\n1,2\n", DraftOptions{Match: "email=b"}).YAML); !strings.Contains(got, "# CHECK: 1 value is no email address\nmatch: {email: b}  # as asked for; 1 distinct of 1\n") || strings.Contains(got, "b: ") {
		t.Error(got)
	}
}

// What cannot be drafted is said.
func TestDraftRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o    DraftOptions
		want string
	}{
		{DraftOptions{Zone: "Berlin"}, `--zone: "Berlin" is not a time zone`},
		{DraftOptions{Country: "Germany"}, `--country: "Germany" is not a country`},
		{DraftOptions{Match: "mail"}, `--match: "mail" is not a match field`},
		{DraftOptions{Match: "email=Mail"}, `--match: there is no column "Mail" in people.csv`},
	} {
		_, err := Draft(open(t, "id,a\n1,2\n"), c.o)
		if _, is := errors.AsType[*Error](err); !is || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
	_, err := Draft(open(t, "id,a\n1,\"2\n"), DraftOptions{})
	if e, is := errors.AsType[*rows.Error](err); !is || e.Line != 2 {
		t.Error(err)
	}
}
