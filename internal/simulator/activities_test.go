package simulator

import (
	"fmt"
	"strings"
	"testing"
)

type activityPage struct {
	Activities []activity
	Next       string
}

// typesOf are the types of all activities of a query, as they are paged.
func typesOf(t *testing.T, w *Workspace, query string) (types []string) {
	t.Helper()
	for start := ""; ; {
		p := answerOf[activityPage](t, askApp(w, "GET", "/v1/activities?limit=2&start="+start+"&"+query, ""))
		for _, a := range p.Activities {
			types = append(types, a.Type)
		}
		if start = p.Next; start == "" {
			return types
		}
	}
}

func TestActivities(t *testing.T) {
	t.Parallel()
	for oldest, want := range map[bool]string{
		false: "profile_delete event skipped_update failed_attribute_change attribute_change profile_create profile_create",
		true:  "profile_create profile_create attribute_change failed_attribute_change skipped_update event profile_delete",
	} {
		w := New(Config{App: AppConfig{OldestFirst: oldest}})
		accept(t, w, on("identify", "id", "1", `"timestamp":100`), on("identify", "email", "b@example.com"),
			identify("1", `"email":"b@example.com","plan":"a"`),
			on("identify", "id", "1", `"timestamp":50`, `"attributes":{"plan":"old"}`), on("event", "id", "1", `"name":"seen"`),
			on("identify", "id", "1", `"attributes":{"plan":"a"}`), on("delete", "email", "b@example.com"))
		equal(t, "types", strings.Join(typesOf(t, w, "deleted=true"), " "), want)
		equal(t, "of those who are there", len(typesOf(t, w, "")), 5)
		equal(t, "of one type", typesOf(t, w, "type=event"), []string{"event"})
		equal(t, "of a person", len(typesOf(t, w, "customer_id=1")), 5)
		equal(t, "by a bare cio_id", len(typesOf(t, w, "customer_id=a3000000&id_type=cio_id")), 0)
		equal(t, "by a cio_id", len(typesOf(t, w, "customer_id=cio_a3000000&id_type=cio_id")), 5)
		p := answerOf[activityPage](t, askApp(w, "GET", "/v1/customers/1/activities?type=attribute_change", ""))
		equal(t, "change", string(p.Activities[0].Data), `{"plan":{"from":null,"to":"a"}}`)
	}
}

// The oldest are forgotten, and a place in the list holds while new ones come.
func TestActivitiesAreBounded(t *testing.T) {
	t.Parallel()
	w := New(Config{App: AppConfig{Activities: 10}})
	see := func(n int) {
		for i := range n {
			accept(t, w, on("event", "id", "1", fmt.Sprintf(`"name":"e%d"`, i)))
		}
	}
	accept(t, w, identify("1", ""))
	see(12)
	p := answerOf[activityPage](t, askApp(w, "GET", "/v1/activities?limit=2", ""))
	see(3)
	next := answerOf[activityPage](t, askApp(w, "GET", "/v1/activities?limit=1&start="+p.Next, ""))
	equal(t, "the next", next.Activities[0].Name, "e9")
	see(200)
	kept := len(typesOf(t, w, ""))
	equal(t, "kept", kept >= 10 && kept < 20, true)
}

// People who move between pages come twice, or are left out.
func TestPageShift(t *testing.T) {
	t.Parallel()
	for shift, want := range map[int]string{0: "0 1 2 3 4 5 6", 1: "0 1 2 2 3 4 4 5 6", -1: "0 1 2 4 5 6", 9: "0 1 2 1 2 3 2 3 4 3 4 5 4 5 6"} {
		w := New(Config{App: AppConfig{PageShift: shift}})
		for i := range 7 {
			accept(t, w, identify(fmt.Sprint(i), ""))
		}
		var got []string
		for start := ""; ; {
			p := answerOf[struct {
				IDs  []string
				Next string
			}](t, askApp(w, "POST", "/v1/customers?limit=3&start="+start, `{"filter":`+everyone+`}`))
			got = append(got, p.IDs...)
			if start = p.Next; start == "" {
				break
			}
		}
		equal(t, fmt.Sprint(shift), strings.Join(got, " "), want)
	}
}

func TestScope(t *testing.T) {
	t.Parallel()
	w := New(Config{App: AppConfig{Denied: []string{"/v1/exports"}}})
	equal(t, "left out", askApp(w, "GET", "/v1/exports", "").Code, 403)
	equal(t, "included", askApp(w, "GET", "/v1/segments", "").Code, 200)
}
