package draft

import (
	"strings"

	"github.com/ciobulk/ciobulk/mapping"
)

// writeSubject writes what rows are about besides a person: a device, an object or a
// second profile.
func writeSubject(w *writer) {
	switch w.options.Verb {
	case mapping.DeviceAdd, mapping.DeviceRemove:
		writeDevice(w)
	case mapping.ObjectUpsert, mapping.ObjectDelete, mapping.RelationshipAdd, mapping.RelationshipRemove:
		writeObject(w)
	case mapping.Merge:
		writeMerge(w)
	}
}

func writeDevice(w *writer) {
	token := w.pick(func(p *column) bool { return p.hint.token })
	w.line("")
	if token == nil {
		w.lacks("a device's token", "device: {token: COLUMN, platform: COLUMN}")
		return
	}
	w.line("device:")
	w.counted("  ", token, "a token")
	w.line("  token: %s  # %s", yamlText(token.name), w.filledOf(token))
	if w.options.Verb == mapping.DeviceRemove {
		return
	}
	if p := w.pick(func(p *column) bool { return p.hint.platform }); p != nil {
		w.counted("  ", p, "a platform")
		w.check("  ", "it is ios or android, in any case; for other words add values: {A: android, I: ios}, or their rows are rejected")
		w.line("  platform: {column: %s}  # %s", yamlText(p.name), w.filledOf(p))
	} else {
		w.check("  ", "no column has the name of a platform; write ios or android:")
		w.line("  platform: {value: ios}")
	}
	writeUsed(w)
}

// writeUsed writes when a device was last used, from a column that holds times.
func writeUsed(w *writer) {
	for _, p := range w.columns {
		c := &choice{sample: w.sample, column: p}
		if p == w.match || p.taken || p.filled == 0 || w.unusable(p) != "" || !p.hint.used || !c.when() {
			continue
		}
		p.taken = true
		for _, check := range c.checks {
			w.check("  ", check)
		}
		w.zoned = w.zoned || c.zoned
		w.line("  last_used: {column: %s, %s}  # %s", yamlText(p.name), c.options, c)
		return
	}
}

func writeObject(w *writer) {
	object := w.pick(func(p *column) bool { return p.hint.object })
	if object == nil && w.options.Verb != mapping.RelationshipAdd && w.options.Verb != mapping.RelationshipRemove {
		object = w.pick(func(p *column) bool { return p.hint.field == "id" })
	}
	w.line("")
	if object == nil {
		w.lacks("an object's id", "object: {type: 1, id: COLUMN}")
		return
	}
	w.line("object:")
	if p := w.pick(func(p *column) bool { return p.hint.objectType }); p != nil {
		w.counted("  ", p, "a type")
		w.check("  ", "it is a number; rows with anything else are rejected")
		w.line("  type: {column: %s}  # %s", yamlText(p.name), w.filledOf(p))
	} else {
		w.check("  ", "write the number of the type, which is in the address of its page in Customer.io:")
		w.line("  type: 1")
	}
	w.counted("  ", object, "an id")
	w.check("  ", "ids are texts of at most 150 bytes; rows with others are rejected")
	w.line("  id: %s  # %s", yamlText(object.name), w.filledOf(object))
}

func writeMerge(w *writer) {
	p := w.pick(func(p *column) bool { return p.hint.duplicate })
	w.line("")
	if p == nil {
		w.lacks("the profile that is merged into the first and vanishes", "merge: {email: COLUMN}")
		return
	}
	field := "id"
	if strings.Contains(strings.ToLower(p.name), "mail") {
		field = "email"
	}
	w.counted("", p, "a second profile")
	w.check("", "is this what the second profile is found by? Rows that cannot be one are rejected")
	w.line("merge: {%s: %s}  # %s", field, yamlText(p.name), w.filledOf(p))
}
