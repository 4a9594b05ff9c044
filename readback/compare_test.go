package readback

import (
	"encoding/json"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value, got, why string }{
		{"a", `"x"`, "x", ""},
		{"a", `"1.50"`, "1.50", ""},
		{"a", `"1.50"`, "1.5", "text became a number"},
		{"a", `"x "`, "x", "cut"},
		{"a", `"\u00e9"`, "é", ""},
		{"a", `1e3`, "1000", ""},
		{"a", `1.50`, "1.5", ""},
		{"a", `-0`, "0", ""},
		{"a", `100`, "1E2", ""},
		{"a", `9007199254740993`, "9007199254740992", "another value"},
		{"a", `0.1`, "0.10000000000000001", "another value"},
		{"a", `1700000000`, "2023-11-14T22:13:20Z", ""},
		{"a", `1700000000`, "2023-11-14T22:13:21Z", "another value"},
		{"a", `true`, "true", ""},
		{"a", `true`, "1", "another value"},
		{"a", `{"a":1,"b":[1,2]}`, `{"b":[1.0,2], "a":1}`, ""},
		{"a", `{"a":[1,2]}`, `{"a":[2,1]}`, "another value"},
		{"a", `{"a":1}`, `{"a":"1"}`, "another value"},
		{"a", `["<"]`, `["\u003c"]`, ""},
		{"a", `null`, "x", "not cleared"},
		{"a", `""`, "", ""},
		{"a", `"x"`, "", "absent"},
		{"_a", `"x"`, "y", ""},
		{"email", `"A@B.de"`, "a@b.DE", ""},
		{"email", `"a@b.de"`, "b@b.de", "another value"},
		{"unsubscribed", `true`, "1", ""},
		{"unsubscribed", `true`, "TrUe", ""},
		{"unsubscribed", `false`, "", ""},
		{"unsubscribed", `false`, "yes", ""},
		{"unsubscribed", `true`, "yes", "another value"},
		{"unsubscribed", `"1"`, "true", ""},
		{"cio_subscription_preferences", `{"topics":{"topic_1":true}}`, `{"topics":{"topic_2":false,"topic_1":true}}`, ""},
		{"cio_subscription_preferences", `{"topics":{"topic_1":true}}`, `{"topics":{"topic_1":false}}`, "another value"},
		{"cio_subscription_preferences", `{"topics":{"topic_1":true}}`, "", "another value"},
	} {
		p := &customerio.Person{Attributes: map[string]string{}}
		if c.got != "" {
			p.Attributes[c.name] = c.got
		}
		why := ""
		for _, d := range Compare(map[string]string{c.name: c.value}, p) {
			why = d.Why
		}
		if why != c.why {
			t.Errorf("%s: %s read back as %q: got %q, want %q", c.name, c.value, c.got, why, c.why)
		}
	}
}

// Operations of a person fold as the service applies them.
func TestFold(t *testing.T) {
	t.Parallel()
	op := func(action string, at int64, attributes map[string]string) *operation {
		o := &operation{Action: action, Attributes: make(map[string]json.RawMessage)}
		if at > 0 {
			o.Timestamp = &at
		}
		for name, value := range attributes {
			o.Attributes[name] = json.RawMessage(value)
		}
		return o
	}
	const topics = "cio_subscription_preferences"
	for name, c := range map[string]struct {
		ops  []*operation
		want string
		gone bool
	}{
		"later rows":  {[]*operation{op("identify", 0, map[string]string{"a": "1", "b": "2"}), op("identify", 0, map[string]string{"b": "3"})}, `{"a":"1","b":"3"}`, false},
		"stale":       {[]*operation{op("identify", 9, map[string]string{"a": "1"}), op("identify", 8, map[string]string{"a": "2"})}, `{"a":"1"}`, false},
		"deleted":     {[]*operation{op("identify", 9, map[string]string{"a": "1"}), op("delete", 0, nil)}, `{}`, true},
		"again":       {[]*operation{op("identify", 9, map[string]string{"a": "1"}), op("delete", 0, nil), op("identify", 1, map[string]string{"b": "2"})}, `{"b":"2"}`, false},
		"suppressed":  {[]*operation{op("suppress", 0, nil), op("identify", 0, map[string]string{"a": "1"})}, `{}`, true},
		"unsuppress":  {[]*operation{op("suppress", 0, nil), op("unsuppress", 0, nil), op("identify", 0, map[string]string{"a": "1"})}, `{"a":"1"}`, false},
		"event":       {[]*operation{op("delete", 0, nil), op("event", 0, map[string]string{"x": "1"})}, `{}`, false},
		"only update": {[]*operation{op("identify", 0, map[string]string{"_update": "true", "a": "1"})}, `{"a":"1"}`, false},
		"topics": {[]*operation{op("identify", 0, map[string]string{topics + ".topics.topic_1": "true"}),
			op("identify", 0, map[string]string{topics: `{"topics":{"topic_2":true}}`}), op("identify", 0, map[string]string{topics + ".topics.topic_2": "false"})},
			`{"cio_subscription_preferences":"{\"topics\":{}}","cio_subscription_preferences.topics.topic_2":"false"}`, false},
	} {
		p := newPerson(1, 1, c.ops[0])
		for i, o := range c.ops {
			p.apply(o, int64(i))
		}
		if text(p.set) != c.want || p.gone != c.gone {
			t.Errorf("%s: got %s, gone %v, want %s, %v", name, text(p.set), p.gone, c.want, c.gone)
		}
	}
}
