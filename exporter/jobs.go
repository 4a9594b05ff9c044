package exporter

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
)

// jobFiles reads the files of export jobs of the service.
type jobFiles struct{ *export }

// people reads people from one job.
func (e jobFiles) people(ctx context.Context) (source, error) {
	if len(e.c.Parts) == 0 {
		order := customerio.ExportOrder{Filters: e.Query.filter()}
		if e.Query.attributed() {
			order.Attributes = e.Query.Attributes
		}
		e.c.Parts = []Part{{Kind: customerio.ExportPeople, Order: order}}
	}
	return e.parts(ctx, personKey, e.personFields)
}

// deliveries reads an export job for each month.
func (e jobFiles) deliveries(ctx context.Context) (source, error) {
	e.c.Via = ViaJob
	if len(e.c.Parts) == 0 {
		from, to := e.deliveryRange()
		for _, m := range months(from, to) {
			q := e.Query
			e.c.Parts = append(e.c.Parts, Part{Kind: customerio.ExportDeliveries, Order: customerio.ExportOrder{
				Campaign: q.Campaign, Newsletter: q.Newsletter, Transactional: q.Transactional, Action: q.Action,
				Start: m.from, End: m.to, Metric: q.Metric, Attributes: q.Attributes,
			}})
		}
	}
	return e.parts(ctx, deliveryKey, func(r record) record { return r })
}

// deliveryRange is the time that is asked for, in Unix seconds.
func (e jobFiles) deliveryRange() (from, to int64) {
	to = cmp.Or(e.Query.To, e.c.StartedAt.Unix())
	from = e.Query.From
	if from == 0 {
		from = time.Unix(to, 0).UTC().AddDate(0, -6, 0).Unix()
	}
	return from, to
}

type month struct{ from, to int64 }

// months cuts a time into calendar months. The service shortens a range of more
// than twelve without saying so. Each begins with the second in which the one
// before it ends, as it is not documented whether that is included: what comes
// twice is found by its id.
func months(from, to int64) (all []month) {
	for from < to {
		t := time.Unix(from, 0).UTC()
		end := min(time.Date(t.Year(), t.Month()+1, 1, 0, 0, 0, 0, time.UTC).Unix(), to)
		all = append(all, month{from, end})
		from = end
	}
	return all
}

// deliveryKey is a delivery's id, and all of it where there is no such column.
func deliveryKey(r record, dst []byte) []byte {
	for _, name := range []string{"delivery_id", "id", "deduplicate_id"} {
		if id := r.get(name); len(id) > 0 {
			return append(dst, id...)
		}
	}
	return r.appendTo(dst)
}

// parts orders the jobs of the checkpoint one after the other, reads their files,
// and returns their records without those that come twice.
func (e jobFiles) parts(ctx context.Context, key func(record, []byte) []byte, shape func(record) record) (source, error) {
	if err := e.save(); err != nil {
		return nil, err
	}
	all := &partFiles{shape: shape}
	var total int64
	for i := range e.c.Parts {
		p := &e.c.Parts[i]
		s, err := e.openSpool(fmt.Sprintf("%spart-%d", spoolPrefix, i+1), &p.File)
		if err != nil {
			return nil, err
		}
		if !p.File.Done {
			if err := e.part(ctx, p, s); err != nil {
				return nil, err
			}
		}
		if err := s.w.Flush(); err != nil {
			return nil, err
		}
		all.paths = append(all.paths, s.file.Name())
		total += p.Total
	}
	if e.Query.What == Deliveries {
		lead, err := all.columns()
		if err != nil {
			return nil, err
		}
		e.lead = lead
	}
	if e.Query.What == People {
		if err := e.complete(ctx, all); err != nil {
			return nil, err
		}
	}
	unique, err := sift(e.export, all, key)
	total -= e.c.Twice // which the jobs counted, too
	e.jobTotal = total
	if e.Query.What == Deliveries || total > e.c.counted() {
		e.c.Counted = &total
	}
	return unique, err
}

// part brings one job from its order to its file.
func (e jobFiles) part(ctx context.Context, p *Part, s *spool) error {
	x := customerio.Exports{App: e.App}
	if p.ID == 0 {
		order := p.Order
		order.Kind = p.Kind
		job, err := x.Order(ctx, order)
		if err != nil {
			return err
		}
		p.ID = job.ID
		e.c.Requests++
		if err := e.save(); err != nil { // or a crash would order another
			return err
		}
	}
	link, err := e.await(ctx, x, p)
	if err != nil {
		return err
	}
	if err := e.download(ctx, x, p, s, link); err != nil {
		return err
	}
	p.File.Done = true
	return e.save()
}

// The pauses between questions whether a job is done, and how often it is asked
// for at most.
const (
	pollFirst = 200 * time.Millisecond
	pollMost  = 30 * time.Second
	polls     = 24 * 60 * 2 // a day
)

// await asks for a job until it is done, and returns where its file is.
func (e jobFiles) await(ctx context.Context, x customerio.Exports, p *Part) (link string, err error) {
	pause := cmp.Or(e.pollFirst, pollFirst)
	for range polls {
		job, err := x.Job(ctx, p.ID)
		if err != nil {
			return "", err
		}
		e.c.Requests++
		switch {
		case job.Failed:
			return "", &customerio.Error{Trouble: customerio.Refused, Msg: fmt.Sprintf("export job %d of the service failed: %s", p.ID, cmp.Or(job.Reason, "no reason was given"))}
		case job.Done, job.Silent:
			p.Total = job.Total
			link, err = x.Link(ctx, p.ID)
			e.c.Requests++
			if absent, ok := errors.AsType[*customerio.Error](err); !ok || absent.Trouble != customerio.NotFound || job.Done {
				return link, err
			}
		}
		e.progress("waiting for export job "+fmt.Sprint(p.ID), 0, 0)
		if err := wait(ctx, pause); err != nil {
			return "", err
		}
		pause = min(2*pause, pollMost)
	}
	return "", &customerio.Error{Trouble: customerio.Unavailable, Msg: fmt.Sprintf("export job %d of the service was not done within a day", p.ID)}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

const (
	defaultOutage = 10 * time.Minute
	retryMost     = 30 * time.Second
)

// download reads the file of a job, from where it is. A link that has expired is
// asked for again, and a connection that broke is continued, as long as something
// comes within the outage.
func (e jobFiles) download(ctx context.Context, x customerio.Exports, p *Part, s *spool, link string) error {
	furthest, since, pause := s.at.Bytes, time.Now(), cmp.Or(e.pollFirst, pollFirst)
	for {
		err := e.read(ctx, x, s, link)
		if err == nil {
			return nil
		}
		if final, ok := errors.AsType[*customerio.Error](err); e.broken || ctx.Err() != nil || ok && final.Trouble == customerio.Refused {
			return cmp.Or(context.Cause(ctx), err)
		}
		if s.at.Bytes > furthest {
			furthest, since, pause = s.at.Bytes, time.Now(), cmp.Or(e.pollFirst, pollFirst)
		}
		if time.Since(since) > cmp.Or(e.Outage, defaultOutage) {
			return &customerio.Error{Trouble: customerio.Unavailable, Msg: fmt.Sprintf("the file of export job %d does not come", p.ID), Err: err}
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, retryMost)
		if errors.Is(err, customerio.ErrLinkExpired) {
			if link, err = x.Link(ctx, p.ID); err != nil {
				return err
			}
			e.c.Requests++
		}
	}
}

// read reads the rest of a file into its spool.
func (e jobFiles) read(ctx context.Context, x customerio.Exports, s *spool, link string) error {
	d, err := x.Download(link)
	if err != nil {
		return err
	}
	body, begins, err := d.ReadFrom(ctx, s.at.Bytes)
	if err != nil {
		return err
	}
	defer body.Close()
	if begins != s.at.Bytes {
		if err := s.restart(); err != nil {
			e.broken = true
			return err
		}
	}
	buffer := make([]byte, 64<<10)
	for {
		n, err := body.Read(buffer)
		if _, writeErr := s.Write(buffer[:n]); writeErr != nil {
			e.broken = true
			return writeErr
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		e.progress("reading the export's file", s.at.Bytes, 0)
		if err := e.step(); err != nil {
			return err
		}
	}
}

// personFields is a person of a job's file, whose extra columns are dropped where
// attributes were named.
func (e jobFiles) personFields(r record) record {
	kept := r[:0]
	for _, f := range r {
		name := string(f.name)
		if name == "id" || name == "email" || name == "cio_id" || e.Query.attributed() && e.Query.wants(name) {
			kept = append(kept, f)
		}
	}
	return kept
}
