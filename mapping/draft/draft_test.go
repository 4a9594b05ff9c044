package draft

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// advice is that of a program.
var advice = Advice{All: "try --all", Zone: "try --zone", Country: "try --country",
	NoHeader: func(names []string) string {
		return "draft again with --header none --columns " + strings.Join(names, ",")
	},
	Header: func(row int) string { return fmt.Sprintf("draft again with --header %d", row) },
}

// drafted drafts a mapping for text.
func drafted(tb testing.TB, text string, o Options) *Drafted {
	tb.Helper()
	o.Advice = advice
	d, err := Draft(open(tb, text), o)
	if err != nil {
		tb.Fatalf("%v\n%q", err, text)
	}
	return d
}

// attributeOf drafts a column called name with values and returns its lines.
func attributeOf(tb testing.TB, o Options, name string, values ...string) string {
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
	berlin := Options{Zone: "Europe/Berlin", Country: "DE", Now: begun}
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
		{"Serial", "9007199254740993123 1", "text: numbers of 16 digits and more lose their last digits"},
		{"Order No", "1 2 3", "order_no: Order No  # 3 of 3 filled, 3 distinct; text: by its name it is not an amount"},
		{"PLZ", "1067 80331", "# CHECK: values of 4 and of 5 digits: if the shorter ones had a leading zero, a spreadsheet has dropped it"},
		{"IMEI", "1.23E+15 4.5E+14", "# CHECK: a spreadsheet has shortened 2 values such as 1.23E+15, and their digits are lost: export the file again with this column as text\n  imei: IMEI"},
		{"Active", "yes no YES", "active: {column: Active, type: boolean, true: [yes], false: [no]}"},
		{"Aktiv", "ja nein", "true: [ja], false: [nein]}"},
		{"Newsletter", "1 0", "type: boolean, true: [1], false: [0]}  # 2 of 2 filled, 2 distinct; 1 and 0 are read as true and false because of the name"},
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
		{"Since", "03/04/2025 05/06/2025", "# CHECK: 03/04/2025 is read with the day first, but the values fit both orders; the other one is layout: \"%m/%d/%Y\"\n  since: {column: Since, type: timestamp, layout: \"%d/%m/%Y\""},
		{"Born", "03.04.1961 24.12.1985", "range: any}  # 2 of 2 filled, 2 distinct; dates before 1990, so range: any"},
		{"Since", "31.12.2025 01.12.2025 02.12.2025 03.12.2025 04.12.2025 soon later", "# CHECK: 5 of 7 values are dates, but all are sent as text: fix the others, or write type: timestamp"},
		{"Since", "31.12.2025 01.12.2025 02.12.2025 03.12.2025 04.12.2025 05.12.2025 06.12.2025 soon", "# CHECK: 1 of 8 values does not convert, row 8: the row would be rejected\n  since: {column: Since, type: timestamp"},
		{"Since", "31-Dec-25", `layout: "%-d-%b-%y"`},
		{"Since", "Dec␣31,␣2025", `layout: "%b %-d, %Y"`},
		{"updated_at", "1762165920 1762165921", "type: timestamp, layout: unix}"},
		{"updated_at", "1762165920123", "type: timestamp, layout: unix_ms}"},
		{"Points", "1762165920 1762165921", "# CHECK: numbers in the range of unix time; if they are dates, write type: timestamp, layout: unix\n  points: {column: Points, type: integer}"},
		{"Datum", "45992 45993.5", "# CHECK: numbers in the range of a spreadsheet's dates; if they are amounts, write type: number\n  datum: {column: Datum, type: timestamp, layout: excel, zone: Europe/Berlin}"},
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
		{"Umsatz", "€␣1,50 €␣2", "# CHECK: amounts with a currency are sent as text"},
		{"Rabatt", "5␣% 7␣%", "# CHECK: percentages are sent as text"},
		{"Note", "#N/A hello #REF!", `note: {column: Note, values: {"#N/A": "", "#REF!": ""}}  # 3 of 3 filled, 3 distinct; read as empty: #N/A (1), #REF! (1)`},
		{"Note", "NULL hello", "# CHECK: sent as text: NULL (1)"},
		{"Note", "hello␣ you", "note: {column: Note, trim: true}  # 2 of 2 filled, 2 distinct; 1 value with spaces around"},
		{"Art", `="00123" ="7"`, `CHECK: 2 values like ="00123", a spreadsheet's formula`},
		{"Note", "_ _", "# note: Note  # always empty"},
		{"Note", strings.Repeat("long", 251), "# CHECK: 1 value longer than Customer.io's limit of 1000 bytes: the row would be rejected"},
		{"Plan", "pro pro", "plan: Plan  # 2 of 2 filled, 1 distinct; the same in every row"},
		{"created_at", "2025-12-31", "created_at: {column: created_at, type: timestamp, layout: iso8601, zone: Europe/Berlin}"},
		{"Created At", "soon", "# CHECK: Customer.io reads created_at as a time: these are other values, so they are called created_at_text\n  created_at_text: Created At"},
		{"Unsubscribed", "maybe", "unsubscribed_text: Unsubscribed"},
		{"cio_id", "a b", "# CHECK: cio_id is assigned by Customer.io and cannot be set\n  # cio_id: cio_id"},
		{"ID", "7 8", "# CHECK: id would set or change the person's identifier"},
		{"_row", "1 2", ""},
		{"createdAt", "1762165920", "  created_at: {column: createdAt, type: timestamp, layout: unix}"},
		{"Umsatz", "1,50␣EUR 2␣EUR", "# CHECK: amounts with a currency are sent as text"},
		{"Seen", "2024-05-06␣07:08:09␣UTC 2024-05-06␣07:08:09.25␣UTC", `layout: "%Y-%m-%d %H:%M:%S UTC", zone: UTC}`},
		{"Seen", "2024-05-06␣07:08:09.123456+00 2024-05-06␣07:08:09+05:30", `layout: iso8601}`},
		{"Seen", "2024-05-06␣07:08:09.1234567 2024-05-07␣00:00:00.0000000", `layout: iso8601, zone: Europe/Berlin}`},
		{"Seen", "2024-05-06␣07:08:09.1234567␣+02:00", `layout: "%Y-%m-%d %H:%M:%S %:z"}`},
		{"Seen", "2024-05-06␣07:08:09␣+0000 2024-05-06␣07:08:09␣-0730", `layout: "%Y-%m-%d %H:%M:%S %z"}`},
		{"Seen", "Mon,␣6␣May␣2024␣07:08:09␣+0200 Mon,␣06␣May␣2024␣07:08:09␣+0000␣(UTC)", `layout: "%a, %-d %b %Y %H:%M:%S %z"}`},
		{"Seen", "Mon,␣06␣May␣2024␣07:08:09␣GMT", `layout: "%a, %-d %b %Y %H:%M:%S GMT", zone: UTC}`},
		{"Seen", "Mon␣May␣06␣2024␣07:08:09␣GMT+0200␣(Central␣European␣Summer␣Time) Sat␣Jan␣06␣2024␣07:08:09␣GMT+0100␣(Central␣European␣Standard␣Time)", `layout: "%a %b %d %Y %H:%M:%S GMT%z"}`},
		{"Seen", "20240506T070809Z 20231231T235959Z", `layout: "%Y%m%dT%H%M%SZ", zone: UTC}`},
		{"Seen", "20240506T070809+0200", `layout: "%Y%m%dT%H%M%S%z"}`},
		{"Seen", "12/31/2025␣2:05␣pm 1/2/2025␣11:59␣am", `layout: "%-m/%-d/%Y %-I:%M %P", zone: Europe/Berlin}`},
		{"Seen", "31.12.2025␣2:05pm", `layout: "%d.%m.%Y %-I:%M%P"`},
		{"Seen", "2024-05-06-07.08.09.123456 2024-05-07-00.00.00.000000", `layout: "%Y-%m-%d-%H.%M.%S"`}, {"Seen", "Monday,␣May␣6,␣2024", `layout: "%A, %B %-d, %Y"`},
		{"Seen", "6␣mai␣2024 7␣août␣2024", "# CHECK: dates by their name, but no layout reads them: they are sent as text, which matches no date condition"}, {"Seen", "2024-05-06␣07:08:09␣EST", "# CHECK: dates by their name"},
		{"Last name", "Ann Bo", "last_name: Last name  #"}, {"Seen", "1714979289123456 1714979289123457", `# CHECK: numbers in the range of unix time in microseconds; as dates: {expr: 'int(int($env["Seen"]) / 1000000)', type: timestamp, layout: unix}`},
		{"Saldo", "($5.00) $7", "# CHECK: amounts with a currency"},
		{"Seen", "06/May/2024:07:08:09␣+0200", `layout: "%d/%b/%Y:%H:%M:%S %z"}`},
		{"Seen", "06-MAY-24␣07.08.09.000000␣PM", `layout: "%-d-%b-%y %-I.%M.%S %p"`},
		{"last_login", "1762165920.123 1762165921", "type: timestamp, layout: unix}"},
		{"last_login", "1762165920123.5", "type: timestamp, layout: unix_ms}"},
		{"Points", "1762165920.5 1762165921.25", "# CHECK: numbers in the range of unix time, with a fraction; if they are dates, write type: timestamp, layout: unix"},
		{"stamp", "20240506070809 20231231235959", `layout: "%Y%m%d%H%M%S"`},
		{"Interests", `{chess,"go␣board"} {chess}`, "interests: {column: Interests, type: list, layout: postgres}"},
		{"Code", "{a1} {b2}", "code: Code  #"},
		{"Interests", `['chess',␣'go'] ["it's"]`, "interests: {column: Interests, type: list, layout: python}"},
		{"Interests", `["chess","go"] []`, "interests: {column: Interests, type: json}"},
		{"Extra", `{'a':␣1} {'b':␣2}`, "# CHECK: 2 values such as {'a': 1}: a Python dictionary is not JSON and is sent as text"},
		{"Extra", `{"$date":"2024-01-02T03:04:05Z"}`, `# CHECK: 1 value such as {"$date": …}, written by mongoexport and sent as objects; to send what is in them: {expr: '$env["Extra"]?.["$date"]', type: timestamp, layout: iso8601}`},
		{"Saldo", "(12.50) 7 (1,000.00)", `# CHECK: 2 values: negative amounts in parentheses, such as (1.50), sent as text; as numbers: {expr: 'replace(replace($env["Saldo"], "(", "-"), ")", "")', type: number, thousands: ","}`},
		{"Seen", "Jan␣␣2␣2024␣␣3:04PM Dec␣31␣2024␣11:59AM", `layout: "%b %-d %Y %-I:%M%p"`},
		{"Saldo", "12.50- 7", "# CHECK: 1 value: negative amounts with the minus last"},
		{"Saldo", "12,34,567 1,000 -1,23,456.78", "# CHECK: 2 values: amounts grouped as in India"},
		{"Note", "None nan undefined hello", "# CHECK: sent as text: None (1), nan (1), undefined (1)"},
		{"Note", "<null> (NULL)", "# CHECK: sent as text: (NULL) (1), <null> (1)"},
		{"Note", "x␣[object␣Object] y", "# CHECK: 1 value with [object Object], which programs write instead of the content, sent unchanged"},
		{"cio_subscription_preferences", `{"topics":{"topic_1":true}} {}`, "  cio_subscription_preferences: {column: cio_subscription_preferences, type: json}"},
		{"cio_subscription_preferences", `{"topics":{"topic_1":"yes"}}`, "  cio_subscription_preferences: {column: cio_subscription_preferences, type: json}"}, {"cio_subscription_preferences", `{"topics":{"topic_1":"7"}}`, "  cio_subscription_preferences_text: "}, {"cio_subscription_preferences.topics.topic_2", "yes no", "  cio_subscription_preferences.topics.topic_2: {column: cio_subscription_preferences.topics.topic_2, type: boolean, true: [yes], false: [no]}"},
		{"cio_subscription_preferences.topics.topic_2", "7 8", "# CHECK: Customer.io reads a topic as true or false, and these are other values\n  # cio_subscription_preferences.topics.topic_2: "},
		{"Note", "[object␣Object] x", "# CHECK: sent as text: [object Object] (1)"},
		{"Note", "GrÃ¶ÃŸe x", "# CHECK: 1 value such as Ã¼ for ü"},
		{"Note", "donâ€™t SÃ£o␣Paulo", "# CHECK: 2 values such as Ã¼ for ü"},
		{"Note", "São␣Paulo ÅÄÖ Ünal naïve–café", "note: Note  # 4 of 4 filled, 4 distinct\n"},
		{"Note", "R&amp;D x&#39;y AT&T", "# CHECK: 2 values with HTML such as &amp; for &, sent unchanged"},
		{"Note", "'=SUM(A1) '007 's-Hertogenbosch", "# CHECK: 2 values begin with an apostrophe"},
		{"Geburtstag", "31.12.68 01.02.71", "# CHECK: 1 of 2 dates is read as of the last century, such as 1968, because two-digit years are of the hundred years up to today"},
		{"Joined", "31.12.21 01.02.24", "two-digit years: 69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068"},
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
		if got := string(drafted(t, c.text, Options{}).YAML); !strings.Contains(got, c.want) {
			t.Errorf("%q:\n%s\nwant %s", c.text, got, c.want)
		}
	}
	got := string(drafted(t, "id,firstname,firstName\n1,a,b\n", Options{}).YAML)
	if want := "# CHECK: column \"firstname\" is called firstName already: this one is another attribute\n  firstName_2: firstName"; !strings.Contains(got, want) {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// Who the rows are about is told by names; values only warn.
func TestDraftMatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"Name,Kunden-Nr,E-Mail\na,1,a@b.de\nb,2,c@d.de\n", "match: {id: Kunden-Nr}  # by its name; 2 distinct of 2\n# or: {email: E-Mail}  # 2 distinct of 2\n"},
		{"id,customer_id\n1,x\n2,y\n", "match: {id: customer_id}"},
		{"id,email\n1,a@b.de\n1,c@d.de\n", "match: {email: email}  # by its name; 2 distinct of 2\n# or: {id: id}  # 1 distinct of 2; rows with the same value are about the same person\n"},
		{"id,email\na@b.de,\nc@d.de,x@y.de\n", "# CHECK: the values look like email addresses\nmatch: {id: id}"},
		{"login\na@b.de\nc@d.de\n", "# CHECK: no column has the name of an identifier; choose the column that identifies people:\n# different in every row: \"login\"\n# match: {id: COLUMN}"},
		{"email,x\na@b.de,1\n,2\nnobody,3\n", "# CHECK: 1 row would be rejected, as the column is empty\n# CHECK: 1 value is not an email address\nmatch: {email: email}"},
		{"Handy\n+4915123456789\n", "match: {phone: Handy}"},
		{"Handy\n+49 151 23456789\n", "# CHECK: values are not all phone numbers such as +4915123456789; try --country\nmatch: {phone: Handy}"},
		{"Handy\n0151 23456789\n", "# CHECK: values are not all phone numbers such as +4915123456789; try --country\nmatch: {phone: Handy}"},
		{"customer,x\nk1,y\nk2,z\n", "# CHECK: the name \"customer\" is that of a person, not of an identifier\nmatch: {id: customer}"},
		{"correo electrónico\na@b.es\n", "match: {email: correo electrónico}"},
		{"cio_id\nab01\n", "match: {cio_id: cio_id}"},
		{"id\n1.23E+15\n", "# CHECK: 1 identifier such as 1.23E+15 was shortened by a spreadsheet, and its digits are lost (row 1)\nmatch: {id: id}"},
		{"Email,Name\n", "# CHECK: there are no rows to check this with\nmatch: {email: Email}"},
		{`{"user":{"id":1},"id":7}` + "\n", "match: {id: id}"},
		{"user_id,x\nNULL,1\n17,2\nNone,3\nNone,4\n", "# CHECK: NULL (1), None (2): words for nothing are not identifiers, and the rows would be rejected\nmatch: {id: user_id}"},
		{"email,x\n-,1\na@b.de,2\n", "# CHECK: - (1): words for nothing are not identifiers, and the row would be rejected\n"},
		{"id\n'0017\n'0018\n", "# CHECK: 2 values begin with an apostrophe, which spreadsheets and exports put before text that looks like a number or a formula: export the file again without it\nmatch: {id: id}"},
		{`{"_id":{"$oid":"5f"},"x":1}` + "\n", "# CHECK: values such as {\"$oid\": …}, written by mongoexport, are not identifiers: take the text out of them first, for example with jq\nmatch: {id: \"_id\"}"},
		{"id,x\n1\u00a0,a\n2,b\n", "# CHECK: 1 value with characters that no id has, such as invisible ones, row 1: the row would be rejected\nmatch: {id: id}"},
		{"id,x\n1001.0,a\n1002.0,b\n", "# CHECK: 2 identifiers such as 1001.0 end in .0, as programs write whole numbers of a column with gaps (rows 1, 2)\nmatch: {id: id}"},
		{"id,x\n00123,a\n124,b\n", "# CHECK: 1 identifier is shorter than others and has no leading zero as they have: a spreadsheet may have dropped it (row 2)\nmatch: {id: id}"},
		{"Kd.-Nr.,x\n1,a\n2,b\n", "match: {id: \"Kd.-Nr.\"}"}, {"Nº de cliente,x\n1,a\n2,b\n", "match: {id: Nº de cliente}"}, {"Codice cliente,x\n1,a\n2,b\n", "match: {id: Codice cliente}"},
		{"Identifiant,x\n1,a\n2,b\n", "match: {id: Identifiant}"}, {"Adresse électronique\na@b.fr\n", "match: {email: Adresse électronique}"},
		{"メールアドレス\na@b.jp\n", "match: {email: メールアドレス}"}, {"Номер телефона\n+4915123456789\n", "match: {phone: Номер телефона}"}, {"Telefone\n+4915123456789\n", "match: {phone: Telefone}"},
	} {
		if got := string(drafted(t, c.text, Options{}).YAML); !strings.Contains(got, c.want) {
			t.Errorf("%q:\n%s\nwant %s", c.text, got, c.want)
		}
	}
	if got := string(drafted(t, "Handy\n0151 23456789\n", Options{Country: "DE"}).YAML); !strings.Contains(got, "\nmatch: {phone: {column: Handy, country: DE}}") {
		t.Error(got)
	}
	if got := string(drafted(t, "a,b\n1,2\n", Options{Match: "email=b"}).YAML); !strings.Contains(got, "# CHECK: 1 value is not an email address\nmatch: {email: b}  # as requested; 1 distinct of 1\n") || strings.Contains(got, "b: ") {
		t.Error(got)
	}
}

// What cannot be drafted is said.
func TestDraftRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		o    Options
		want string
	}{
		{Options{Zone: "Berlin"}, `"Berlin" is not a time zone`},
		{Options{Country: "Germany"}, `"Germany" is not a country`},
		{Options{Match: "mail"}, `match: "mail" is not a match field`},
		{Options{Match: "email=Mail"}, `match: there is no column "Mail" in people.csv`},
	} {
		_, err := Draft(open(t, "id,a\n1,2\n"), c.o)
		_, ours := errors.AsType[*Mistake](err)
		_, theirs := errors.AsType[*mapping.Error](err)
		if !(ours || theirs) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
	_, err := Draft(open(t, "id,a\n1,\"2\n"), Options{})
	if e, is := errors.AsType[*rows.Error](err); !is || e.Line != 2 {
		t.Error(err)
	}
}

// A header that seems to be a row is asked about, and gives no attribute its name.
func TestDraftFirstRow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"c@example.org,Cleo,3\nd@example.org,Dora,4\n", "# CHECK: the header has an email address and seems to be the first row: draft again with --header none --columns email,name,column_3\n"},
		{"Cleo,+4915123456789\nDora,+4915123456780\n", "has a phone number and seems to be the first row: draft again with --header none --columns name,phone\n"},
		{"4711,Cleo\n4712,Dora\n", "has a number like those in its column and seems to be the first row: draft again with --header none --columns id,name\n"},
		{"Cleo,2024-05-06\nDora,2024-05-07\n", "has a date and seems to be the first row: draft again with --header none --columns name,date\n"},
		{"id,2023,2024\n1,1200,1300\n", ""}, {"id,email\n1,a@b.de\n", ""}, {"id,Q1\n1,2\n", ""},
	} {
		got := string(drafted(t, c.text, Options{}).YAML)
		if !strings.Contains(got, c.want) || c.want == "" && strings.Contains(got, "first row") {
			t.Errorf("%q:\n%s\nwant %s", c.text, got, c.want)
		}
		if strings.Contains(got, "example_org:") || strings.Contains(got, "\"c@example.org\": ") || strings.Contains(got, "# different in every row: \"c@") {
			t.Errorf("an address is an attribute's name:\n%s", got)
		}
	}
}

// For a segment the draft has a line to name it.
func TestDraftSegment(t *testing.T) {
	t.Parallel()
	got := string(drafted(t, "email,x\na@b.de,1\n", Options{Verb: mapping.Member}).YAML)
	if want := "# CHECK: this is the file's name; write the name or the id of a manual segment:\nsegment: Newsletter\n"; !strings.Contains(got, want) || strings.Contains(got, "attributes") {
		t.Error(got)
	}
}

// What a CHECK proposes is what a run takes.
func TestDraftProposals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"id,s\n1,(12.50)\n", `"s":-12.50`}, {"id,s\n1,12.50-\n", `"s":-12.50`}, {"id,s\n1,\"12,34,567\"\n", `"s":1234567`}, {"id,s\n1,7\n2,(3)\n", `"s":7`}, {"id;s\n1;1.234,50-\n2;5,00\n", `"s":-1234.50`}, {"id,s\n1,\"(1,234.50)\"\n2,7.00\n", `"s":-1234.50`},
		{`{"id":"1","s":{"$date":"2024-01-02T03:04:05Z"}}` + "\n", `"s":1704164645`}, {`{"id":"1","s":{"$numberLong":"77"}}` + "\n" + `{"id":"2"}` + "\n", `"s":77`},
		{`{"id":"1","s":{"$oid":"5f"}}` + "\n", `"s":"5f"`}, {"id,s at\n1,1714979289123456\n", `"s":1714979289`}, {`{"id":"1","at":1714979289123456789}` + "\n" + `{"id":"2","at":1714979289123456789}` + "\n", `"s":1714979289`},
	} {
		draft := string(drafted(t, c.text, Options{}).YAML)
		_, proposal, found := strings.Cut(draft, ": {expr: ")
		if !found {
			t.Errorf("no proposal in\n%s", draft)
			continue
		}
		proposal, _, _ = strings.Cut(proposal, "\n")
		if got := attributesOf(t, "match: {id: id}\nattributes: {s: {expr: "+proposal+"}\n", c.text); got != c.want {
			t.Errorf("%s: %s, want %s", proposal, got, c.want)
		}
	}
}

// The limits of people's attributes are not those of events.
func TestDraftEventLimits(t *testing.T) {
	t.Parallel()
	text := "id,event,note\n1,Bought," + strings.Repeat("long ", 300) + "\n"
	if got := string(drafted(t, text, Options{Verb: mapping.Event}).YAML); strings.Contains(got, "1000 bytes") {
		t.Error(got)
	}
	if got := string(drafted(t, text, Options{}).YAML); !strings.Contains(got, "# CHECK: 1 value longer than Customer.io's limit of 1000 bytes") {
		t.Error(got)
	}
	list := "id,tags\n1," + strings.Repeat("ab|", 300) + "ab\n"
	if got := string(drafted(t, list, Options{}).YAML); strings.Contains(got, "type: list") {
		t.Errorf("a list that is too long:\n%s", got)
	}
}

// A title before the header is noticed, and where the header is.
func TestDraftTitle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"Customers of 2024,,\nid,name,email\n1,Ann,a@b.de\n2,Bo,c@d.de\n", "# CHECK: the header seems to be in row 2, after a title: draft again with --header 2.\n"},
		{"Export\n;;;\nas of;31.12.2024;;\nKunde;Ort;PLZ;Umsatz\nA;Köln;50667;1,5\nB;Bonn;53111;2\n", "# CHECK: the header seems to be in row 4, after a title: draft again with --header 4.\n"},
		{"Export of June\n\n\nid,name,email\n1,Ann,a@b.de\n", "# CHECK: the header seems to be in row 4, after a title: draft again with --header 4.\n"},
		{"id,name,email\n1,Ann,a@b.de\n", ""}, {"id,,,\n1,a,b,c\n2,d,e,f\n", ""}, {"id,name\n", ""}, {"id\na,b,c\n", ""},
	} {
		got := string(drafted(t, c.text, Options{}).YAML)
		if !strings.Contains(got, c.want) || c.want == "" && strings.Contains(got, "after a title") {
			t.Errorf("%q:\n%s\nwant %s", c.text, got, c.want)
		}
	}
}
