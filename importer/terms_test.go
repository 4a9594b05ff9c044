package importer

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// TestBegun: all rows of a run are judged by one time, however long it takes: that
// of the checkpoint when it is resumed, and of the first look where none is recorded.
func TestBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		im := &Import{Sources: []Source{{Input: &rows.Input{}}}}
		begun := time.Now()
		for range 3 { // a survey, the run, mappers that are made later
			im.begin()
			if terms := im.terms(0); !terms.Begun.Equal(begun) || terms.LiveFrom != mapping.LiveFrom(begun) {
				t.Errorf("begun at %s, not %s", terms.Begun, begun)
			}
			time.Sleep(time.Hour)
		}
		before := begun.Add(-24 * time.Hour)
		im.Run = &runs.Run{Checkpoint: runs.Checkpoint{StartedAt: before}}
		im.begin()
		if terms := im.terms(0); !terms.Begun.Equal(before) || terms.LiveFrom != mapping.LiveFrom(before) {
			t.Errorf("resumed as of %s, not %s", terms.Begun, before)
		}
	})
}
