package simulator

import "testing"

func TestOdd207(t *testing.T) {
	t.Parallel()
	const entry = `"reason":"required","field":"name","message":"name is required"`
	for odd, want := range map[Odd]struct {
		status int
		body   string
	}{
		"":          {207, `{"errors":[{"batch_index":1,` + entry + `},{"batch_index":3,` + entry + `}]}`},
		OddEmpty:    {207, `{"errors":[]}`},
		OddTwice:    {207, `{"errors":[{"batch_index":1,` + entry + `},{"batch_index":1,` + entry + `},{"batch_index":3,` + entry + `},{"batch_index":3,` + entry + `}]}`},
		OddRange:    {207, `{"errors":[{"batch_index":5,` + entry + `},{"batch_index":7,` + entry + `}]}`},
		OddNoIndex:  {207, `{"errors":[{` + entry + `},{` + entry + `}]}`},
		OddBare:     {207, `{"errors":[{"batch_index":1,"reason":"required"},{"batch_index":3,"reason":"required"}]}`},
		OddOKErrors: {200, `{"errors":[{"batch_index":1,` + entry + `},{"batch_index":3,` + entry + `}]}`},
	} {
		t.Run(string(odd), func(t *testing.T) {
			t.Parallel()
			w := New(Config{Faults: Faults{Odd207: odd}})
			bad := on("event", "id", "1")
			rec := sendBatch(w, identify("1", ``), bad, identify("2", ``), bad)
			equal(t, "status", rec.Code, want.status)
			equal(t, "body", rec.Body.String(), want.body+"\n")
			equal(t, "the others are applied", len(w.People()), 2)
			equal(t, "rejected", w.Stats().Rejected, 2)
			accept(t, w, identify("3", ``))
		})
	}
}
