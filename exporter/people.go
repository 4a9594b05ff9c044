package exporter

import (
	"context"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
	"golang.org/x/sync/errgroup"
)

// peoplePages reads people, or a segment's members, page by page.
type peoplePages struct{ *export }

func (e peoplePages) read(ctx context.Context) (source, error) {
	list, err := e.list(ctx)
	if err != nil {
		return nil, err
	}
	unique, err := sift(e.export, list, personKey)
	if err != nil || !e.Query.attributed() {
		return unique, err
	}
	return e.attributes(ctx, unique, list.at.Records-e.c.Twice)
}

// The columns of a person's identifiers.
var identifierColumns = []string{"id", "email", "cio_id"}

func refRecord(p customerio.PersonRef, r record) record {
	for i, value := range []string{p.ID, p.Email, p.CioID} {
		if value != "" {
			r = append(r, text(identifierColumns[i], value))
		}
	}
	return r
}

// personKey tells people apart. All have a cio_id.
func personKey(r record, dst []byte) []byte {
	if id := r.get("cio_id"); len(id) > 0 {
		return append(dst, id...)
	}
	dst = append(append(dst, "id "...), r.get("id")...)
	return append(append(dst, " email "...), r.get("email")...)
}

// list pages the people's identifiers into a spool.
func (e peoplePages) list(ctx context.Context) (*spool, error) {
	s, err := e.openSpool(spoolPrefix+"list", &e.c.List)
	if err != nil {
		return nil, err
	}
	var r record
	for !s.at.Done {
		p, err := e.page(ctx, s.at.Next)
		if err != nil {
			return nil, err
		}
		e.broken = true // until the page is whole
		for _, ref := range p.People {
			r = refRecord(ref, r[:0])
			if err := s.add(r); err != nil {
				return nil, err
			}
		}
		e.broken = false
		s.at.Next, s.at.Done = p.Next, p.Next == ""
		if err := e.step(); err != nil {
			return nil, err
		}
		e.progress("listing people", s.at.Records, e.c.counted())
	}
	return s, e.save()
}

// page asks for a page of what the query is about.
func (e peoplePages) page(ctx context.Context, start string) (p customerio.PeoplePage, err error) {
	e.c.Requests++
	if e.Query.Segment > 0 && len(e.Query.Filter) == 0 {
		return e.App.MembersPage(ctx, e.Query.Segment, start, customerio.MaxMembersPage)
	}
	return e.App.PeoplePage(ctx, e.Query.filter(), start, customerio.MaxPeoplePage)
}

// inFlight is how many requests for attributes are made at once: at 10 a second,
// an answer may take most of a second.
const inFlight = 8

// chunk is people whose attributes are asked for together.
type chunk struct {
	refs []customerio.PersonRef
	got  chan []customerio.Person // one answer
}

// attributes reads the attributes of listed people into a spool, in the order of
// the list.
func (e peoplePages) attributes(ctx context.Context, list source, total int64) (source, error) {
	s, err := e.openSpool(spoolPrefix+"people", &e.c.People)
	if err != nil || s.at.Done {
		return s, err
	}
	g, ctx := errgroup.WithContext(ctx)
	asked, ordered := make(chan chunk), make(chan chunk, inFlight)
	g.Go(func() error {
		defer close(asked)
		defer close(ordered)
		return chunks(ctx, list, s.at.Seen, asked, ordered)
	})
	for range inFlight {
		g.Go(func() error { return e.answer(ctx, asked) })
	}
	g.Go(func() error {
		for c := range ordered {
			if err := e.keep(ctx, s, c, total); err != nil {
				return err
			}
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	s.at.Done = true
	return s, e.save()
}

// chunks cuts a list, from a place on, into chunks that it hands to those who ask,
// and in their order to the one who keeps.
func chunks(ctx context.Context, list source, from int64, asked, ordered chan<- chunk) error {
	var refs []customerio.PersonRef
	send := func() error {
		if len(refs) == 0 {
			return nil
		}
		c := chunk{refs, make(chan []customerio.Person, 1)}
		refs = nil
		for _, to := range []chan<- chunk{ordered, asked} {
			select {
			case to <- c:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
		return nil
	}
	n := int64(0)
	err := list.each(func(r record) error {
		if n++; n <= from {
			return nil
		}
		refs = append(refs, customerio.PersonRef{ID: string(r.get("id")), Email: string(r.get("email")), CioID: string(r.get("cio_id"))})
		if len(refs) < customerio.MaxPeopleAttributes {
			return nil
		}
		return send()
	})
	if err != nil {
		return err
	}
	return send()
}

// answer asks for the attributes of chunks.
func (e peoplePages) answer(ctx context.Context, asked <-chan chunk) error {
	for c := range asked {
		ids := make([]string, len(c.refs))
		for i, ref := range c.refs {
			ids[i] = ref.CioID
		}
		people, err := e.App.PeopleByCioID(ctx, ids)
		if err != nil {
			return err
		}
		c.got <- people
	}
	return nil
}

// keep puts a chunk's people into the spool, in the order of the list, whatever
// the order of the answer. Those who are not in it have been deleted since.
func (e peoplePages) keep(ctx context.Context, s *spool, c chunk, total int64) error {
	var people []customerio.Person
	select {
	case people = <-c.got:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	e.c.Requests++
	byCioID := make(map[string]*customerio.Person, len(people))
	for i := range people {
		byCioID[people[i].CioID] = &people[i]
	}
	e.broken = true // until the chunk is whole
	for _, ref := range c.refs {
		p := byCioID[ref.CioID]
		if p == nil {
			e.c.Gone++
			continue
		}
		if err := s.add(e.personRecord(p)); err != nil {
			return err
		}
	}
	e.broken = false
	s.at.Seen += int64(len(c.refs))
	e.progress("reading attributes", s.at.Seen, total)
	return e.step()
}

// personRecord is a person with the attributes that were asked for. In workspaces
// where email or id is not an identifier, it is an attribute.
func (e peoplePages) personRecord(p *customerio.Person) record {
	ref := p.PersonRef
	if ref.ID == "" {
		ref.ID = p.Attributes["id"]
	}
	if ref.Email == "" {
		ref.Email = p.Attributes["email"]
	}
	r := refRecord(ref, nil)
	if _, set := p.Attributes["unsubscribed"]; !set && p.Unsubscribed {
		p.Attributes["unsubscribed"] = "true"
	}
	for name, value := range p.Attributes {
		if !slices.Contains(identifierColumns, name) && e.Query.wants(name) {
			r = append(r, text(name, value))
		}
	}
	slices.SortFunc(r, func(a, b field) int { return slices.Compare(a.name, b.name) })
	return r
}
