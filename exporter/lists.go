package exporter

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
)

// The columns that begin the files of lists, whether or not a record has them.
var (
	segmentColumns  = []string{"id", "name", "type", "state", "description"}
	activityColumns = []string{"id", "type", "timestamp", "customer_id", "customer_email", "customer_cio_id", "name", "data"}
)

// lists reads segments and activities.
type lists struct{ *export }

// segments reads the list of segments, which has no pages.
func (e lists) segments(ctx context.Context) (source, error) {
	s, err := e.openSpool(spoolPrefix+"list", &e.c.List)
	if err != nil || s.at.Done {
		return s, err
	}
	all, err := customerio.Exports{App: e.App}.SegmentObjects(ctx)
	if err != nil {
		return nil, err
	}
	e.c.Requests++
	e.broken = true // until the list is whole
	for _, one := range all {
		r, err := objectRecord(one)
		if err != nil {
			return nil, err
		}
		if err := s.add(r); err != nil {
			return nil, err
		}
	}
	e.broken, s.at.Done = false, true
	return s, e.save()
}

// objectRecord is an object of JSON as a record of its members. null is nothing.
func objectRecord(object json.RawMessage) (r record, err error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, &customerio.Error{Trouble: customerio.Refused, Msg: "the service listed something that is not an object"}
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
		if f, there := valueField(fmt.Sprint(name), value); there {
			r = append(r, f)
		}
	}
	return r, nil
}

// valueField is a field of a JSON value.
func valueField(name string, value json.RawMessage) (f field, there bool) {
	switch {
	case string(value) == "null":
		return f, false
	case value[0] == '"':
		var s string
		_ = json.Unmarshal(value, &s) // it was decoded before
		return text(name, s), true
	}
	var b bytes.Buffer
	_ = json.Compact(&b, value)
	return field{name: []byte(name), value: b.Bytes(), json: true}, true
}

// overlap is how much of what was exported before is read again: activities show
// some seconds late.
const overlap = 10 * time.Minute

// usualActivities is how far back activities are read where nothing else is said:
// as far as the service guarantees.
const usualActivities = 30 * 24 * time.Hour

// activities pages activities into a spool, the newest first as far as is
// known, until all of a page are too old.
func (e lists) activities(ctx context.Context) (source, error) {
	s, err := e.openSpool(spoolPrefix+"list", &e.c.List)
	if err != nil {
		return nil, err
	}
	mark, err := marks(e).read()
	if err != nil {
		return nil, err
	}
	from, to := e.activityRange(mark)
	list := customerio.Activities{App: e.App, Type: e.Query.Type}
	for !s.at.Done {
		p, err := list.Page(ctx, s.at.Next)
		if err != nil {
			return nil, err
		}
		e.c.Requests++
		e.broken = true // until the page is whole
		old, err := e.keep(s, p.Activities, from, to, mark.Recent)
		if err != nil {
			return nil, err
		}
		e.broken = false
		s.at.Next, s.at.Done = p.Next, p.Next == "" || old
		if err := e.step(); err != nil {
			return nil, err
		}
		e.progress("reading activities", s.at.Records, 0)
	}
	if err := e.save(); err != nil {
		return nil, err
	}
	return sift(e.export, s, activityKey)
}

func activityKey(r record, dst []byte) []byte {
	if id := r.get("id"); len(id) > 0 {
		return append(dst, id...)
	}
	return r.appendTo(dst)
}

// activityRange is the time that is asked for, in Unix seconds.
func (e lists) activityRange(m mark) (from, to int64) {
	started := e.c.StartedAt.Unix()
	from, to = e.Query.From, e.Query.To
	if to == 0 {
		to = started
	}
	if from == 0 {
		from = started - int64(usualActivities/time.Second)
	}
	if e.Query.Since && m.Newest > 0 {
		from = m.Newest - int64(overlap/time.Second)
	}
	return from, to
}

// keep keeps those of a page that are in the range and new. old reports
// that all of them are before the range, and none of the pages so far was older
// than one after it: then the rest is older still.
func (e lists) keep(s *spool, page []json.RawMessage, from, to int64, known map[string]int64) (old bool, err error) {
	old = len(page) > 0
	var last int64
	for i, raw := range page {
		var a struct {
			ID        string `json:"id"`
			Timestamp int64  `json:"timestamp"`
		}
		if err := json.Unmarshal(raw, &a); err != nil {
			return false, &customerio.Error{Trouble: customerio.Refused, Msg: "an activity cannot be read", Err: err}
		}
		if i > 0 && a.Timestamp > last+int64(overlap/time.Second) {
			e.c.Unordered = true
		}
		last = a.Timestamp
		old = old && a.Timestamp < from
		e.c.Newest = max(e.c.Newest, min(a.Timestamp, to))
		if a.Timestamp < from || a.Timestamp > to {
			continue
		}
		if _, exported := known[a.ID]; exported {
			e.c.Known++
			continue
		}
		r, err := activityRecord(raw)
		if err != nil {
			return false, err
		}
		if err := s.add(r); err != nil {
			return false, err
		}
	}
	if len(page) > 0 {
		if s.at.Seen > 0 && last > s.at.Seen+int64(overlap/time.Second) {
			e.c.Unordered = true
		}
		s.at.Seen = last
	}
	return old && !e.c.Unordered, nil
}

// activityRecord is an activity with the person's identifiers beside it.
func activityRecord(raw json.RawMessage) (record, error) {
	r, err := objectRecord(raw)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(r, func(f field) bool { return string(f.name) == "customer_identifiers" })
	if at < 0 || !r[at].json {
		return r, nil
	}
	inner, err := objectRecord(r[at].value)
	if err != nil {
		return r, nil // it stays as it is
	}
	r = slices.Delete(r, at, at+1)
	for _, f := range inner {
		name := "customer_" + strings.TrimPrefix(string(f.name), "customer_")
		if r.get(name) == nil {
			f.name = []byte(name)
			r = append(r, f)
		}
	}
	return r, nil
}
