package exporter

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
)

// MissingAttributesError means that the file of an export job does not have all
// attributes, although no names were given: what a job has then is not documented.
type MissingAttributesError struct{ Names []string }

func (e *MissingAttributesError) Error() string {
	return fmt.Sprintf("the file that Customer.io prepared does not have the attributes %s", strings.Join(e.Names, ", "))
}

// errEnough ends the reading of a source.
var errEnough = errors.New("enough")

// complete makes sure that a job's file has the attributes of its first people, where
// all attributes are wanted and none was named.
func (e jobFiles) complete(ctx context.Context, file *partFiles) error {
	if !e.Query.attributed() || len(e.Query.Attributes) > 0 {
		return nil
	}
	var ids []string
	err := file.each(func(r record) error {
		if ids = append(ids, string(r.get("cio_id"))); len(ids) == customerio.MaxPeopleAttributes {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) || len(ids) == 0 {
		return err
	}
	people, err := e.App.PeopleByCioID(ctx, ids)
	if err != nil {
		return err
	}
	e.c.Requests++
	columns, err := file.columns()
	if err != nil {
		return err
	}
	missing := make(map[string]bool)
	for _, p := range people {
		for name := range p.Attributes {
			if !slices.Contains(columns, name) && !slices.Contains(identifierColumns, name) && !strings.HasPrefix(name, "_") {
				missing[name] = true
			}
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return &MissingAttributesError{slices.Sorted(maps.Keys(missing))}
}
