package readback

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/ciobulk/ciobulk/customerio"
)

// lanes is how many requests are in flight at once, so that their latency does not add up.
const lanes = 4

// ask reads people back and returns those who differ, in the order of people. An error
// ends it.
func (j *Job) ask(ctx context.Context, people []*person) ([]*verdict, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	batches := batchesOf(people)
	next, done := make(chan int), make(chan int)
	found := make([][]*verdict, len(batches))
	var all sync.WaitGroup
	for range lanes {
		all.Go(func() {
			for i := range next {
				var err error
				if found[i], err = j.askBatch(ctx, batches[i]); err != nil {
					cancel(err)
					return
				}
				select {
				case done <- len(batches[i]):
				case <-ctx.Done():
				}
			}
		})
	}
	go func() { // ends with ctx, or when all batches were taken
		defer close(next)
		for i := range batches {
			select {
			case next <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() { all.Wait(); close(done) }()
	total := int64(0)
	for n := range done {
		if total += int64(n); j.Progress != nil {
			j.Progress(total, int64(len(people)))
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return slices.Concat(found...), nil
}

// batchesOf divides people into requests: each is for one kind of identifier.
func batchesOf(people []*person) (batches [][]*person) {
	by := make(map[customerio.Match][]*person)
	for _, p := range people {
		by[p.match] = append(by[p.match], p)
	}
	for _, match := range []customerio.Match{customerio.ID, customerio.Email, customerio.Phone, customerio.CioID} {
		for batch := range slices.Chunk(by[match], customerio.MaxPeopleAttributes) {
			batches = append(batches, batch)
		}
	}
	return batches
}

func (j *Job) askBatch(ctx context.Context, people []*person) (differ []*verdict, err error) {
	match := people[0].match
	values := make([]string, len(people))
	for i, p := range people {
		values[i] = p.value
	}
	found, err := j.App.PeopleBy(ctx, match, values)
	if err != nil {
		return nil, err
	}
	by := make(map[string]*customerio.Person, len(found))
	for i := range found {
		by[identifierOf(match, &found[i])] = &found[i]
	}
	unclaimed := len(by)
	for _, p := range people {
		if by[written(match, p.value)] != nil {
			unclaimed--
		}
	}
	for _, p := range people {
		is := by[written(match, p.value)]
		if is == nil && unclaimed > 0 { // it may be written in another way
			if is, err = j.askOne(ctx, p); err != nil {
				return nil, err
			}
		}
		if differences := p.judge(is); len(differences) > 0 {
			differ = append(differ, &verdict{person: p, differences: differences})
		}
	}
	return differ, nil
}

func (j *Job) askOne(ctx context.Context, p *person) (*customerio.Person, error) {
	found, err := j.App.Person(ctx, p.match, p.value)
	if e, ok := errors.AsType[*customerio.Error](err); ok && e.Trouble == customerio.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &found, nil
}

// identifierOf is the person's identifier of a kind, in a form that can be compared.
func identifierOf(match customerio.Match, p *customerio.Person) string {
	name := string(match)
	value := p.Attributes[name]
	switch {
	case match == customerio.ID && p.ID != "":
		value = p.ID
	case match == customerio.Email && p.Email != "":
		value = p.Email
	case match == customerio.CioID && p.CioID != "":
		value = p.CioID
	}
	return written(match, value)
}

func written(match customerio.Match, value string) string {
	if match == customerio.Email {
		return folded(value)
	}
	return value
}
