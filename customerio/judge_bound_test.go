package customerio

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// An answer as long as one is read, made to cost as much as it can, costs no more
// than some times its length, and accepts nothing in doubt. Not parallel: it
// counts what is allocated.
func TestJudgeIsBounded(t *testing.T) {
	slowtest.Mark(t)
	const n = 1000
	fill := func(start, entry, end string) []byte {
		return []byte(start + strings.Repeat(entry, (maxAnswer-len(start)-len(end))/len(entry)) + end)
	}
	for name, body := range map[string][]byte{
		"empty objects":  fill(`{"errors":[{}`, `,{}`, `]}`),
		"numbers":        fill(`{"errors":[1`, `,1`, `]}`),
		"one operation":  fill(`{"errors":[{}`, `,{"batch_index":1}`, `]}`),
		"never closed":   fill(`{"errors":`, `[`, ``),
		"members":        fill(`{"errors":[{"batch_index":0`, `,"a":1`, `}]}`),
		"one message":    fill(`{"errors":[{"batch_index":0,"message":"`, `\u0000`, `"}]}`),
		"nested message": fill(`{"errors":[{"batch_index":0,"message":`+strings.Repeat("[", 9000), ``+`1,`, `1`+strings.Repeat("]", 9000)+`}]}`),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		all := judge(&reply{status: 207, body: body}, n)
		runtime.ReadMemStats(&after)
		times := float64(after.TotalAlloc-before.TotalAlloc) / float64(len(body))
		t.Logf("%s: %d bytes, %.0f times as many allocated, %d rejections", name, len(body), times, len(all))
		if times > 200 || len(all) == 0 {
			t.Errorf("%s: %.0f times the answer was allocated, %d rejections", name, times, len(all))
		}
		for _, r := range all {
			if len(r.Message) > maxAnswer {
				t.Errorf("%s: a message of %d bytes", name, len(r.Message))
			}
		}
		if name != "members" && name != "one message" && name != "nested message" && len(all) != n {
			t.Errorf("%s: %s accepted in doubt", name, fmt.Sprint(n-len(all)))
		}
	}
}
