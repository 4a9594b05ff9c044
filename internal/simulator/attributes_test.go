package simulator

import (
	"fmt"
	"testing"
)

func TestValuesStayAsTheyCame(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	for _, value := range []string{
		`"00123"`, `123`, `9223372036854775807`, `1234567890123456789`, `1.50`, `1e3`, `-0`, `true`, `false`,
		`"é\u00e9\/"`, `[1, "2", {"a":null}]`, `{"b": {"a": 1.0}}`, `" "`, `0`, `[]`, `{}`,
	} {
		accept(t, w, identify("1", `"v":`+value))
		equal(t, "value", string(personOf(t, w, "id", "1").Attributes["v"]), value)
	}
}

func TestAttributesChange(t *testing.T) {
	t.Parallel()
	const start = `"a":1,"b":2,"c":3`
	for name, c := range map[string]struct{ change, want string }{
		"null clears":                {`"b":null`, `{"a":1,"c":3}`},
		"empty clears":               {`"a":"","c":""`, `{"b":2}`},
		"clearing what is not there": {`"x":null,"y":""`, `{"a":1,"b":2,"c":3}`},
		"names have a case":          {`"B":4`, `{"B":4,"a":1,"b":2,"c":3}`},
		"the last of two wins":       {`"b":4,"b":5`, `{"a":1,"b":5,"c":3}`},
		"first and last":             {`"_x":1,"A":0,"z":9`, `{"A":0,"a":1,"b":2,"c":3,"z":9}`},
		"a dot is part of a name":    {`"a.b":4`, `{"a":1,"a.b":4,"b":2,"c":3}`},
		"escapes in a name":          {`"\u0062":4`, `{"a":1,"b":4,"c":3}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(Config{})
			accept(t, w, identify("1", start), identify("1", c.change))
			equal(t, "attributes", attributesOf(t, w, "1"), c.want)
		})
	}
}

func TestSubscriptionPreferences(t *testing.T) {
	t.Parallel()
	const whole = `"cio_subscription_preferences":{"topics":{"topic_1":true,"topic_2":true},"x":1.0}`
	dotted := func(topic, value string) string {
		return fmt.Sprintf(`"cio_subscription_preferences.topics.%s":%s`, topic, value)
	}
	for name, c := range map[string]struct{ start, change, want string }{
		"one topic":         {whole, dotted("topic_1", "false"), `{"topics":{"topic_1":false,"topic_2":true},"x":1.0}`},
		"two topics":        {whole, dotted("topic_3", "true") + "," + dotted("topic_1", "false"), `{"topics":{"topic_1":false,"topic_2":true,"topic_3":true},"x":1.0}`},
		"a topic cleared":   {whole, dotted("topic_2", "null"), `{"topics":{"topic_1":true},"x":1.0}`},
		"from nothing":      {`"a":1`, dotted("topic_1", "true"), `{"topics":{"topic_1":true}}`},
		"from a text":       {`"cio_subscription_preferences":"x"`, dotted("topic_1", "true"), `{"topics":{"topic_1":true}}`},
		"the whole instead": {whole, `"cio_subscription_preferences":{"topics":{}}`, `{"topics":{}}`},
		"no escaping":       {whole, dotted("topic_1", `"<&>"`), `{"topics":{"topic_1":"<&>","topic_2":true},"x":1.0}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(Config{})
			accept(t, w, identify("1", c.start), identify("1", c.change))
			equal(t, "preferences", string(personOf(t, w, "id", "1").Attributes[preferences]), c.want)
		})
	}
}

func TestThreeHundredAttributesAPerson(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	for i := range 300 {
		accept(t, w, identify("1", fmt.Sprintf(`"a%d":1`, i)))
	}
	accept(t, w, identify("1", `"a0":2,"one_more":1`))
	equal(t, "full", w.Stats().Full, 1)
	accept(t, w, identify("1", `"a0":3`), identify("1", `"a1":"","other":1`))
	p := personOf(t, w, "id", "1")
	equal(t, "attributes", len(p.Attributes), 300)
	equal(t, "values", string(p.Attributes["a0"])+string(p.Attributes["other"])+string(p.Attributes["one_more"]), "31")
}

// _update is an option and not an attribute: it does not count.
func TestUpdateIsNotCounted(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", `"_update":false,`+numbered(300)))
	equal(t, "attributes", len(personOf(t, w, "id", "1").Attributes), 300)
}

func TestKB1024(t *testing.T) {
	t.Parallel()
	w := New(Config{KB1024: true})
	accept(t, w, padded(identify("1", ``), 32_768))
	equal(t, "entity", sendBatch(w, padded(identify("1", ``), 32_769)).Code, 207)
	equal(t, "body", ask(w, "POST", batchPath, padded(batchOf(), 512_000)).Code, 200)
	equal(t, "body", ask(w, "POST", batchPath, padded(batchOf(), 512_001)).Code, 413)
}

// One operation's memory is not the request's, whose buffer is used again.
func TestStateOutlivesTheBody(t *testing.T) {
	t.Parallel()
	w := New(Config{KeepLog: true})
	accept(t, w, identify("1", `"a":"first"`), on("event", "id", "1", `"name":"first","attributes":{"a":"first"}`))
	for range 10 {
		accept(t, w, identify("2", `"a":"other"`), on("delete", "id", "2", `"xxxx":"other"`))
	}
	equal(t, "attributes", attributesOf(t, w, "1"), `{"a":"first"}`)
	e := w.Events()[0]
	equal(t, "event", e.Name+string(e.Attributes)+e.Value, `first{"a":"first"}1`)
}
