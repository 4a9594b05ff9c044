package importer

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// TestBegun: all rows of a run are judged by one time, however long it takes: that
// of the checkpoint when it is resumed, and of the first look where none is recorded.
func TestBegun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := &Job{Sources: []Source{{Input: &rows.Input{}}}}
		begun := time.Now()
		for range 3 { // a survey, the run, mappers that are made later
			j.begin()
			if terms := j.terms(0); !terms.Begun.Equal(begun) || terms.LiveFrom != mapping.LiveFrom(begun) {
				t.Errorf("begun at %s, not %s", terms.Begun, begun)
			}
			time.Sleep(time.Hour)
		}
		before := begun.Add(-24 * time.Hour)
		j.Run = &Run{Checkpoint: Checkpoint{StartedAt: before}}
		j.begin()
		if terms := j.terms(0); !terms.Begun.Equal(before) || terms.LiveFrom != mapping.LiveFrom(before) {
			t.Errorf("resumed as of %s, not %s", terms.Begun, before)
		}
	})
}
