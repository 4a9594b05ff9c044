package customerio

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

const page = "<html><body><h1>Welcome to the hotel</h1></body></html>"

// meanings are of answers to a batch.
var meanings = map[string]struct {
	status int
	body   string
	want   meaning
}{
	"200":                          {200, `{}`, settled},
	"200 with other members":       {200, `{"meta":{"request":"7"},"success":true}`, settled},
	"200 with errors":              {200, `{"errors":[{"batch_index":0}]}`, settled},
	"200 with no errors":           {200, `{"errors":null,"error":"","meta":null}`, settled},
	"200 and nothing":              {200, "", settled},
	"200 and white space":          {200, " \r\n", settled},
	"200 and a page":               {200, page, failed},
	"200 cut short":                {200, `{"errors":[{"batch_in`, failed},
	"200 and a text":               {200, `"maintenance"`, failed},
	"200 and a list":               {200, `[]`, failed},
	"200 and null":                 {200, `null`, failed},
	"200 and a number":             {200, `1`, failed},
	"200 with an error":            {200, `{"error":"maintenance"}`, failed},
	"200 with an error's object":   {200, `{"error":{"code":7}}`, failed},
	"200 with meta.error":          {200, `{"meta":{"error":"no"}}`, failed},
	"200 with meta.errors":         {200, `{"meta":{"errors":["no"]}}`, failed},
	"200 without success":          {200, `{"success":false}`, failed},
	"200 without success, a text":  {200, `{"success":"False"}`, failed},
	"202":                          {202, `{}`, settled},
	"204":                          {204, "", settled},
	"206 and a page":               {206, page, failed},
	"207":                          {207, `{"errors":[]}`, settled},
	"207 and a page":               {207, page, failed},
	"400":                          {400, `{"errors":[{"reason":"invalid"}]}`, refused},
	"413":                          {413, page, refused},
	"422":                          {422, "", refused},
	"401":                          {401, `{}`, denied},
	"403":                          {403, page, denied},
	"404":                          {404, page, strange},
	"405":                          {405, "", strange},
	"409":                          {409, "", strange},
	"451":                          {451, page, strange},
	"300":                          {300, "", strange},
	"303":                          {303, "", strange},
	"304":                          {304, "", strange},
	"408":                          {408, "", failed},
	"425":                          {425, "", busy},
	"429":                          {429, `{"meta":{"error":"too many requests"}}`, busy},
	"500":                          {500, "", failed},
	"502 and a page":               {502, page, failed},
	"503":                          {503, "", failed},
	"504":                          {504, page, failed},
	"a status that does not exist": {599, "", failed},
}

func TestClassifyBatch(t *testing.T) {
	t.Parallel()
	for name, c := range meanings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			equal(t, "meaning", classifyBatch(&reply{status: c.status, body: []byte(c.body)}), c.want)
		})
	}
	equal(t, "503 that says when", classifyBatch(&reply{status: 503, header: http.Header{"Retry-After": {"3"}}}), busy)
	equal(t, "a success without an end", classifyBatch(&reply{status: 200, open: true}), failed)
	equal(t, "a success that was cut", classifyBatch(&reply{status: 200, body: []byte("{}"), cut: true}), failed)
}

// A question's answer may be any JSON: who asks reads it.
func TestClassify(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]meaning{`{}`: settled, `[]`: settled, `{"errors":[]}`: settled, ``: settled, page: failed, `{"a":`: failed} {
		equal(t, body, classify(&reply{status: 200, body: []byte(body)}), want)
	}
}

// short is a list of rejections in one line: index, reason, field, message.
func short(all []Rejection) string {
	var b strings.Builder
	for _, r := range all {
		unknown := ""
		if r.Unknown {
			unknown = "?"
		}
		fmt.Fprintf(&b, "%d%s %s %q %q; ", r.Index, unknown, r.Reason, r.Field, r.Message)
	}
	return strings.TrimSuffix(b.String(), "; ")
}

const (
	doubt = `unknown "" "the answer reports an error without saying of which operation"`
	all   = "0? " + doubt + "; 1? " + doubt + "; 2? " + doubt
)

// judgements are on a batch of three.
var judgements = map[string]struct {
	status int
	body   string
	want   string
}{
	"nothing to say":                 {200, `{}`, ""},
	"nothing at all":                 {200, ``, ""},
	"null":                           {200, `{"errors":null}`, ""},
	"no errors":                      {200, `{"errors":[]}`, ""},
	"no errors, spread out":          {200, "{ \"errors\" : [\n ] }", ""},
	"errors in a 200":                {200, `{"errors":[{"batch_index":1,"reason":"required","field":"name","message":"m"}]}`, `1 required "name" "m"`},
	"errors in a 201":                {201, `{"errors":[{"batch_index":1,"reason":"required"}]}`, `1 required "" ""`},
	"errors that are not a list":     {200, `{"errors":{"batch_index":1}}`, all},
	"errors that are a text":         {200, `{"errors":"no"}`, all},
	"one":                            {207, `{"errors":[{"batch_index":1,"reason":"invalid","field":"attributes.x","message":"m"}]}`, `1 invalid "attributes.x" "m"`},
	"all, backwards":                 {207, `{"errors":[{"batch_index":2},{"batch_index":1},{"batch_index":0}]}`, `0 invalid "" ""; 1 invalid "" ""; 2 invalid "" ""`},
	"empty":                          {207, `{"errors":[]}`, all},
	"null in a 207":                  {207, `{"errors":null}`, all},
	"no list":                        {207, `{}`, all},
	"no body":                        {207, ``, all},
	"a page":                         {207, `<html>`, all},
	"cut short":                      {207, `{"errors":[{"batch_index":1}`, all},
	"no index":                       {207, `{"errors":[{"reason":"invalid"}]}`, all},
	"index null":                     {207, `{"errors":[{"batch_index":null}]}`, all},
	"index below":                    {207, `{"errors":[{"batch_index":-1}]}`, all},
	"index beyond":                   {207, `{"errors":[{"batch_index":3}]}`, all},
	"index huge":                     {207, `{"errors":[{"batch_index":99999999999999999999}]}`, all},
	"index broken":                   {207, `{"errors":[{"batch_index":1.5}]}`, all},
	"index a text":                   {207, `{"errors":[{"batch_index":"1"}]}`, all},
	"an entry that is not an object": {207, `{"errors":["no"]}`, all},
	"entry null":                     {207, `{"errors":[null]}`, all},
	"sound and beyond":               {207, `{"errors":[{"batch_index":1,"reason":"required"},{"batch_index":3}]}`, "0? " + doubt + `; 1 required "" ""; 2? ` + doubt},
	"sound and nameless":             {207, `{"errors":[{},{"batch_index":2}]}`, "0? " + doubt + "; 1? " + doubt + `; 2 invalid "" ""`},
	"bare":                           {207, `{"errors":[{"batch_index":0,"reason":"required"}]}`, `0 required "" ""`},
	"no reason":                      {207, `{"errors":[{"batch_index":0,"field":"f","message":"m"}]}`, `0 invalid "f" "m"`},
	"members that are not texts":     {207, `{"errors":[{"batch_index":0,"reason":7,"field":["f"],"message":{"a":null}}]}`, `0 7 "[\"f\"]" "{\"a\":null}"`},
	"twice":                          {207, `{"errors":[{"batch_index":0,"reason":"required","field":"f","message":"m"},{"batch_index":0}]}`, `0? unknown "f" "named twice in the answer; first as required: m"`},
	"twice, and another":             {207, `{"errors":[{"batch_index":0},{"batch_index":1},{"batch_index":0}]}`, `0? unknown "" "named twice in the answer; first as invalid: "; 1 invalid "" ""`},
	"four times":                     {207, `{"errors":[{"batch_index":0,"message":"m"},{"batch_index":0},{"batch_index":0},{"batch_index":0}]}`, `0? unknown "" "named twice in the answer; first as invalid: m"`},
	"the service says unknown":       {207, `{"errors":[{"batch_index":0,"reason":"unknown"}]}`, `0 unknown "" ""`},
	"invalid UTF-8 in the text":      {207, "{\"errors\":[{\"batch_index\":0,\"message\":\"a\xffb\"}]}", `0 invalid "" "a�b"`},
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for name, c := range judgements {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := judge(&reply{status: c.status, body: []byte(c.body)}, 3)
			equal(t, "rejections", short(got), c.want)
			for _, r := range got {
				equal(t, "status", r.Status, c.status)
			}
		})
	}
}

// An answer of the largest size that names one operation again and again costs no
// more than another.
func TestJudgeOfManyRepeats(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const entry = `{"batch_index":0,"message":"m"},`
	body := `{"errors":[` + strings.Repeat(entry, maxAnswer/len(entry)-1) + `{"batch_index":0}]}`
	got := judge(&reply{status: http.StatusMultiStatus, body: []byte(body)}, 2)
	equal(t, "rejections", short(got), `0? unknown "" "named twice in the answer; first as invalid: m"`)
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"errors":                  {400, `{"errors":[{"reason":"required","field":"name","message":"m"}]}`, `0 required "name" "m"`},
		"several errors":          {400, `{"errors":[{"message":"first"},{"message":"second"}]}`, `0 invalid "" "first"`},
		"an error as text":        {400, `{"errors":["no such person"]}`, `0 invalid "" "{\"errors\":[\"no such person\"]}"`},
		"an empty error":          {400, `{"errors":[{}]}`, `0 invalid "" "{\"errors\":[{}]}"`},
		"meta error":              {400, `{"meta":{"error":"m"}}`, `0 invalid "" "m"`},
		"meta errors":             {400, `{"meta":{"errors":["a","b"]}}`, `0 invalid "" "a; b"`},
		"meta that is not a text": {400, `{"meta":{"errors":[{"a":1}]}}`, `0 invalid "" "{\"meta\":{\"errors\":[{\"a\":1}]}}"`},
		"a page":                  {400, "<html>\n  <h1>Bad\tRequest</h1>", `0 invalid "" "<html> <h1>Bad Request</h1>"`},
		"nothing":                 {400, "", `0 invalid "" "no explanation was given"`},
		"422":                     {422, `{"errors":[{"reason":"invalid","field":"f"}]}`, `0 invalid "f" ""`},
		"413":                     {413, `{"meta":{"error":"request body too large"}}`, `0 too_large "" "request body too large"`},
		"413 and a reason":        {413, `{"errors":[{"reason":"invalid","message":"m"}]}`, `0 too_large "" "m"`},
		"413 and a page":          {413, "<html>", `0 too_large "" "<html>"`},
		"terminal escapes":        {400, "\x1b[2Jgone\x07\u009b1m", `0 invalid "" "[2Jgone 1m"`},
		"cut within a rune":       {400, strings.Repeat("é", 100)[:199] + "éé", `0 invalid "" "` + strings.Repeat("é", 99) + `"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := refusal(c.status, []byte(c.body))
			equal(t, "rejection", short([]Rejection{got}), c.want)
			equal(t, "status", got.Status, c.status)
		})
	}
}
