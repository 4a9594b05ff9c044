package simulator

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// A Message is a delivery to a person. The simulator sends none: they are put
// there by AddMessages.
type Message struct {
	ID            string           `json:"id"`
	Type          string           `json:"type"` // such as email
	CustomerID    string           `json:"customer_id"`
	Recipient     string           `json:"recipient"`
	Subject       string           `json:"subject"`
	Campaign      int64            `json:"campaign_id,omitempty"`
	Newsletter    int64            `json:"newsletter_id,omitempty"`
	Transactional int64            `json:"transactional_message_id,omitempty"`
	Action        int64            `json:"action_id,omitempty"`
	Created       int64            `json:"created"`
	Metrics       map[string]int64 `json:"metrics"` // the time of each, such as sent and opened
}

// AddMessages puts messages into the workspace.
func (w *Workspace) AddMessages(messages ...Message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.messages = append(w.messages, messages...)
	slices.SortStableFunc(w.messages, func(a, b Message) int { return cmp.Compare(a.Created, b.Created) })
}

// What the service gives of messages where no time is asked for, and at most: the
// time before the end of what is asked.
const (
	usualMessages = 183 * 24 * 3600
	mostMessages  = 365 * 24 * 3600
)

// A deliveryQuery says which messages are meant. Both of its times are included.
type deliveryQuery struct {
	Newsletter    int64  `json:"newsletter_id"`
	Campaign      int64  `json:"campaign_id"`
	Transactional int64  `json:"transactional_message_id"`
	Action        int64  `json:"action_id"`
	Start         int64  `json:"start"`
	End           int64  `json:"end"`
	Metric        string `json:"metric"`
	Type          string `json:"-"`
}

// bounded fills in the times as the service does: it shortens a range that is too
// long without saying so.
func (q deliveryQuery) bounded(now int64, most int64) deliveryQuery {
	if q.End == 0 {
		q.End = now
	}
	if q.Start == 0 {
		q.Start = q.End - usualMessages
	}
	q.Start = max(q.Start, q.End-most)
	return q
}

func (q deliveryQuery) wants(m Message) bool {
	if m.Created < q.Start || m.Created > q.End || q.Type != "" && q.Type != m.Type {
		return false
	}
	if _, has := m.Metrics[q.Metric]; q.Metric != "" && q.Metric != "created" && !has {
		return false
	}
	for _, pair := range [][2]int64{{q.Newsletter, m.Newsletter}, {q.Campaign, m.Campaign}, {q.Transactional, m.Transactional}, {q.Action, m.Action}} {
		if pair[0] != 0 && pair[0] != pair[1] {
			return false
		}
	}
	return true
}

// orderDeliveries answers POST /v1/exports/deliveries.
func (w *Workspace) orderDeliveries(c call) reply {
	var q deliveryQuery
	if err := json.Unmarshal(c.body, &q); err != nil {
		return badRequest(err)
	}
	if n := len(slices.DeleteFunc([]int64{q.Newsletter, q.Campaign, q.Transactional, q.Action}, func(id int64) bool { return id == 0 })); n != 1 {
		return badRequest(errors.New("exactly one of newsletter_id, campaign_id, transactional_message_id and action_id is needed"))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	q = q.bounded(time.Now().Unix(), mostMessages)
	var b bytes.Buffer
	out, total := csv.NewWriter(&b), 0
	out.Write([]string{"delivery_id", "type", "customer_id", "recipient", "subject", "created", "sent", "opened"})
	for m := range w.messagesFrom(0, q) {
		out.Write([]string{m.ID, m.Type, m.CustomerID, m.Recipient, m.Subject, strconv.FormatInt(m.Created, 10), metric(m, "sent"), metric(m, "opened")})
		total++
	}
	out.Flush()
	return w.order(c, "deliveries", b.Bytes(), total)
}

func metric(m Message, name string) string {
	at, has := m.Metrics[name]
	if !has {
		return ""
	}
	return strconv.FormatInt(at, 10)
}

// messagesFrom yields the messages that are wanted with their places, from one
// place on. The caller holds mu.
func (w *Workspace) messagesFrom(start int, q deliveryQuery) iter.Seq[Message] {
	return func(yield func(Message) bool) {
		for _, m := range w.messages[min(start, len(w.messages)):] {
			if q.wants(m) && !yield(m) {
				return
			}
		}
	}
}

// listMessages answers GET /v1/messages, of six months at most.
func (w *Workspace) listMessages(c call) reply {
	query := c.URL.Query()
	limit, start, err := pageOf(query, usualResults, mostResults)
	if err != nil {
		return badRequest(err)
	}
	number := func(name string) int64 { n, _ := strconv.ParseInt(query.Get(name), 10, 64); return n }
	q := deliveryQuery{Newsletter: number("newsletter_id"), Campaign: number("campaign_id"), Action: number("action_id"),
		Start: number("start_ts"), End: number("end_ts"), Metric: query.Get("metric"), Type: query.Get("type")}
	w.mu.Lock()
	defer w.mu.Unlock()
	q = q.bounded(time.Now().Unix(), usualMessages)
	list, next := []Message{}, ""
	for i := start; i < len(w.messages); i++ {
		if !q.wants(w.messages[i]) {
			continue
		}
		if len(list) == limit {
			next = placeToken(i)
			break
		}
		list = append(list, w.messages[i])
	}
	return found(map[string]any{"messages": w.list(len(list), list), "next": next})
}

// pageOf is the size and the first place of a page of a list that is not of
// people.
func pageOf(q url.Values, usual, most int) (limit, start int, err error) {
	limit = usual
	if q.Has("limit") {
		limit, err = strconv.Atoi(q.Get("limit"))
		if err != nil || limit < 1 || limit > most {
			return 0, 0, fmt.Errorf("limit must be a number from 1 to %d", most)
		}
	}
	if token := q.Get("start"); token != "" {
		text, err := base64.RawURLEncoding.DecodeString(token)
		if err == nil {
			start, err = strconv.Atoi(string(text))
		}
		if err != nil || start < 0 {
			return 0, 0, errors.New("start is not the next of another page")
		}
	}
	return limit, start, nil
}

func placeToken(n int) string {
	return base64.RawURLEncoding.EncodeToString(strconv.AppendInt(nil, int64(n), 10))
}

// list is a list in an answer: of none, null if so configured.
func (w *Workspace) list(n int, list any) any {
	if n == 0 && w.config.App.NullLists {
		return nil
	}
	return list
}

// addMessages answers POST /_simulator/messages.
func (w *Workspace) addMessages(rw http.ResponseWriter, r *http.Request) {
	var messages []Message
	if readAdmin(rw, r, &messages) {
		w.AddMessages(messages...)
		writeJSON(rw, http.StatusOK, map[string]int{"messages": len(messages)})
	}
}
