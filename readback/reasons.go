package readback

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
)

// reasons are the types of activities that explain differences, with their words.
var reasons = []struct {
	of      string
	deleted bool // also of people who are not there
	words   string
}{
	{"profile_merge", true, "the person was merged with another one (profile_merge)"},
	{"profile_delete", true, "the person was deleted (profile_delete)"},
	{"failed_attribute_change", false, "Customer.io refused to change an attribute, such as an identifier that someone else has (failed_attribute_change)"},
	{"skipped_update", false, "Customer.io skipped an update that is older than what the person has (skipped_update)"},
}

// mostPages is how many pages of activities of a type are read: the latest are first.
const mostPages = 20

// identifiers are those of a person in an activity.
type identifiers struct {
	ID    *string `json:"id"`
	Email *string `json:"email"`
	CioID *string `json:"cio_id"`
}

// explain finds out from the activities why people differ. A key that may not read them
// costs the reasons alone.
func explain(ctx context.Context, j *Job) error {
	if len(j.differ) == 0 || j.Plain {
		return nil
	}
	by := make(map[string][]*verdict)
	for _, v := range j.differ {
		key := string(v.match) + "\x00" + written(v.match, v.value)
		by[key] = append(by[key], v)
	}
	for _, r := range reasons {
		list := customerio.Activities{App: j.App, Type: r.of, Deleted: r.deleted}
		err := eachActivity(ctx, list, func(a activity) {
			for _, key := range a.Identifiers.keys() {
				for _, v := range by[key] {
					if r.deleted || a.isAbout(v.differences) {
						v.because(r.of, r.words)
					}
				}
			}
		})
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if e, ok := errors.AsType[*customerio.Error](err); ok {
			j.Note(fmt.Sprintf("the reasons are not known: %v", e))
			return nil
		}
		if err != nil {
			return err
		}
	}
	for _, v := range j.differ {
		if v.reason == "" && v.differences[0].Why == missing {
			v.reason = "not there, and no activity says why: the identifier may be suppressed, or the rows may only update people who exist"
		}
	}
	return nil
}

// because notes a reason that can explain the difference.
func (v *verdict) because(of, words string) {
	isMissing := v.differences[0].Why == missing
	if v.reason == "" && (isMissing == (of == "profile_delete") || of == "profile_merge") && !v.gone {
		v.reason = words
	}
}

func (who identifiers) keys() (keys []string) {
	for match, value := range map[customerio.Match]*string{customerio.ID: who.ID, customerio.Email: who.Email, customerio.CioID: who.CioID} {
		if value != nil && *value != "" {
			keys = append(keys, string(match)+"\x00"+written(match, *value))
		}
	}
	return keys
}

// activity is what happened to a person. Data has the attributes that it is about, if it
// is about some.
type activity struct {
	CustomerID  *string         `json:"customer_id"`
	Identifiers identifiers     `json:"customer_identifiers"`
	Data        json.RawMessage `json:"data"`
}

// isAbout reports whether the activity is about an attribute that differs, or about none.
func (a activity) isAbout(all []Difference) bool {
	var names map[string]json.RawMessage
	if json.Unmarshal(a.Data, &names) != nil || len(names) == 0 {
		return true
	}
	return slices.ContainsFunc(all, func(d Difference) bool { _, named := names[d.Attribute]; return named })
}

// eachActivity reads the pages of a list, of the latest activities.
func eachActivity(ctx context.Context, list customerio.Activities, do func(activity)) error {
	start := ""
	for range mostPages {
		page, err := list.Page(ctx, start)
		if err != nil {
			return err
		}
		for _, raw := range page.Activities {
			var a activity
			if json.Unmarshal(raw, &a) != nil {
				continue // it is of another form, and explains nothing
			}
			if a.Identifiers.ID == nil {
				a.Identifiers.ID = a.CustomerID
			}
			do(a)
		}
		if start = page.Next; start == "" {
			return nil
		}
	}
	return nil
}
