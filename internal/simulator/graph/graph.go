// Package graph is what a simulated workspace knows besides people themselves: their
// devices, and the objects that they are related to. People are known here by numbers,
// which the workspace gives out and never gives out again.
//
// A Graph is not safe for concurrent use.
package graph

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Person is the number of a person.
type Person uint64

// Attributes are JSON texts by name.
type Attributes map[string]json.RawMessage

// merge applies changes: null and "" remove an attribute.
func (a Attributes) merge(changes Attributes) Attributes {
	if a == nil {
		a = Attributes{}
	}
	for name, value := range changes {
		if text := string(value); text == "null" || text == `""` {
			delete(a, name)
			continue
		}
		a[name] = value
	}
	return a
}

// Key identifies an object: an id is unique in its type.
type Key struct {
	Type string `json:"object_type_id"`
	ID   string `json:"object_id"`
}

// Object is something that people can be related to.
type Object struct {
	Key
	CioID      string     `json:"cio_object_id"` // that the workspace gave it
	Attributes Attributes `json:"attributes"`
}

// Device is where a person gets push messages.
type Device struct {
	Token      string     `json:"id"`
	Platform   string     `json:"platform"`
	LastUsed   int64      `json:"last_used"` // unix seconds
	Attributes Attributes `json:"attributes"`
}

// Relation is a relationship of a person or a visitor with an object.
type Relation struct {
	Object     Key        `json:"object"`
	Attributes Attributes `json:"attributes"`
}

// Graph holds all of it. The zero Graph is not ready: use New.
type Graph struct {
	objects   map[Key]*Object
	byCio     map[string]*Object
	made      int // objects ever, for their cio_object_ids
	devices   map[Person][]Device
	owners    map[string]Person // of devices, by token
	relations map[Person]map[Key]Attributes
	visitors  map[string]map[Key]Attributes // by anonymous_id
}

// New makes an empty graph.
func New() *Graph {
	return &Graph{objects: map[Key]*Object{}, byCio: map[string]*Object{}, devices: map[Person][]Device{}, owners: map[string]Person{},
		relations: map[Person]map[Key]Attributes{}, visitors: map[string]map[Key]Attributes{}}
}

// Object finds an object, or nil.
func (g *Graph) Object(k Key) *Object { return g.objects[k] }

// ObjectOf finds an object by its cio_object_id, or nil.
func (g *Graph) ObjectOf(cioID string) *Object { return g.byCio[cioID] }

// Upsert makes an object, or changes it.
func (g *Graph) Upsert(k Key, changes Attributes) {
	o := g.objects[k]
	if o == nil {
		g.made++
		o = &Object{Key: k, CioID: fmt.Sprintf("ob%08x", g.made)}
		g.objects[k], g.byCio[o.CioID] = o, o
	}
	o.Attributes = o.Attributes.merge(changes)
}

// Delete deletes an object and its relationships.
func (g *Graph) Delete(o *Object) {
	delete(g.objects, o.Key)
	delete(g.byCio, o.CioID)
	for _, all := range g.relations {
		delete(all, o.Key)
	}
	for _, all := range g.visitors {
		delete(all, o.Key)
	}
}

// Relate relates a person to an object, which is made if it does not exist.
func (g *Graph) Relate(p Person, k Key, changes Attributes) {
	if g.objects[k] == nil {
		g.Upsert(k, nil)
	}
	relate(g.relations, p, k, changes)
}

// RelateVisitor does the same for a visitor.
func (g *Graph) RelateVisitor(anonymous string, k Key, changes Attributes) {
	if g.objects[k] == nil {
		g.Upsert(k, nil)
	}
	relate(g.visitors, anonymous, k, changes)
}

func relate[W comparable](all map[W]map[Key]Attributes, who W, k Key, changes Attributes) {
	if all[who] == nil {
		all[who] = map[Key]Attributes{}
	}
	all[who][k] = all[who][k].merge(changes)
}

// Adopt gives a person what a visitor was related to.
func (g *Graph) Adopt(p Person, anonymous string) {
	for k, a := range g.visitors[anonymous] {
		relate(g.relations, p, k, a)
	}
	delete(g.visitors, anonymous)
}

// Unrelate removes a relationship, and reports whether there was one.
func (g *Graph) Unrelate(p Person, k Key) bool {
	_, had := g.relations[p][k]
	delete(g.relations[p], k)
	return had
}

// AddDevice gives a person a device, or changes it. Another person loses it: a token is
// one device.
func (g *Graph) AddDevice(p Person, d Device) {
	if owner, owned := g.owners[d.Token]; owned && owner != p {
		g.RemoveDevice(owner, d.Token)
	}
	g.owners[d.Token] = p
	i := slices.IndexFunc(g.devices[p], func(had Device) bool { return had.Token == d.Token })
	if i < 0 {
		d.Attributes = Attributes(nil).merge(d.Attributes)
		g.devices[p] = append(g.devices[p], d)
		return
	}
	d.Attributes = g.devices[p][i].Attributes.merge(d.Attributes)
	d.LastUsed = max(d.LastUsed, g.devices[p][i].LastUsed)
	g.devices[p][i] = d
}

// RemoveDevice takes a device away, and reports whether the person had it.
func (g *Graph) RemoveDevice(p Person, token string) bool {
	n := len(g.devices[p])
	g.devices[p] = slices.DeleteFunc(g.devices[p], func(d Device) bool { return d.Token == token })
	if len(g.devices[p]) == n {
		return false
	}
	delete(g.owners, token)
	return true
}

// Forget removes all that a person has, who is deleted.
func (g *Graph) Forget(p Person) {
	for _, d := range g.devices[p] {
		delete(g.owners, d.Token)
	}
	delete(g.devices, p)
	delete(g.relations, p)
}

// Move gives a person all that another one has, who is merged into the first.
func (g *Graph) Move(to, from Person) {
	for _, d := range slices.Clone(g.devices[from]) {
		g.RemoveDevice(from, d.Token)
		g.AddDevice(to, d)
	}
	for k, a := range g.relations[from] {
		if _, has := g.relations[to][k]; !has {
			relate(g.relations, to, k, a)
		}
	}
	g.Forget(from)
}

// Devices are those of a person, by their tokens.
func (g *Graph) Devices(p Person) []Device {
	all := slices.Clone(g.devices[p])
	slices.SortFunc(all, func(a, b Device) int { return cmp.Compare(a.Token, b.Token) })
	return all
}

// Relations are those of a person, by type and id of the objects.
func (g *Graph) Relations(p Person) []Relation { return relationsOf(g.relations[p]) }

func relationsOf(all map[Key]Attributes) (list []Relation) {
	for _, k := range sorted(all) {
		list = append(list, Relation{k, maps.Clone(all[k])})
	}
	return list
}

// Objects are all of them, by type and id.
func (g *Graph) Objects() (all []Object) {
	for _, k := range sorted(g.objects) {
		o := *g.objects[k]
		o.Attributes = maps.Clone(o.Attributes)
		all = append(all, o)
	}
	return all
}

func sorted[V any](of map[Key]V) []Key {
	return slices.SortedFunc(maps.Keys(of), func(a, b Key) int {
		return cmp.Or(cmp.Compare(len(a.Type), len(b.Type)), cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID))
	})
}

// Counts are how many objects, relationships of people, and devices there are.
func (g *Graph) Counts() (objects, relations, devices int) {
	for _, all := range g.relations {
		relations += len(all)
	}
	return len(g.objects), relations, len(g.owners)
}

// Facts yields what is known as lists of texts, in no order, without ids that were given
// out. name returns what identifies a person.
func (g *Graph) Facts(name func(Person) []string, yield func(fields ...string)) {
	for k, o := range g.objects {
		yield(append([]string{"object", k.Type, k.ID}, o.Attributes.fields()...)...)
	}
	for p, all := range g.relations {
		for k, a := range all {
			yield(slices.Concat([]string{"relation"}, name(p), []string{k.Type, k.ID}, a.fields())...)
		}
	}
	for v, all := range g.visitors {
		for k, a := range all {
			yield(append([]string{"visitor", v, k.Type, k.ID}, a.fields()...)...)
		}
	}
	for p, all := range g.devices {
		for _, d := range all {
			yield(slices.Concat([]string{"device"}, name(p), []string{d.Token, d.Platform, fmt.Sprint(d.LastUsed)}, d.Attributes.fields())...)
		}
	}
}

func (a Attributes) fields() (all []string) {
	for _, name := range slices.Sorted(maps.Keys(a)) {
		all = append(all, name, string(a[name]))
	}
	return all
}
