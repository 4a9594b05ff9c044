package lookup

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/suggest"
)

// SegmentID reads a segment that is given by its id: digits only are always one.
func SegmentID(text string) (id int64, isID bool, err error) {
	if strings.Trim(text, "0123456789") != "" {
		return 0, false, nil
	}
	if id, err = strconv.ParseInt(text, 10, 64); err != nil || id == 0 {
		return 0, true, exit.Usage(fmt.Sprintf("segment %s does not exist", text), "digits only are always an id, never a name; ciobulk segment list shows all ids")
	}
	return id, true, nil
}

// FindSegment returns the id of the segment that is named, of any type.
func FindSegment(ctx context.Context, app *customerio.App, wanted string) (int64, error) {
	id, isID, err := SegmentID(wanted)
	if err != nil || isID {
		return id, err
	}
	segments, err := app.Segments(ctx)
	if err != nil {
		return 0, err
	}
	var names []string
	var same []int64
	for _, s := range segments {
		names = append(names, s.Name)
		if s.Name == wanted {
			same = append(same, s.ID)
		}
	}
	switch {
	case len(same) == 1:
		return same[0], nil
	case len(same) > 1:
		return 0, exit.Usage(fmt.Sprintf("%d segments are called %q", len(same), wanted), fmt.Sprintf("give the id of one of them: %v", same))
	}
	hint := "ciobulk segment list shows all"
	if near := suggest.Near(wanted, names); len(near) > 0 {
		hint = fmt.Sprintf("did you mean %s? %s", ui.Names(near), hint)
	}
	return 0, exit.Usage(fmt.Sprintf("there is no segment %q", wanted), hint)
}
