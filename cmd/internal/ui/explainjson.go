package ui

import (
	"encoding/json"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// rowObject is an explained row for programs. Its names are stable.
type rowObject struct {
	Input      string            `json:"input"`
	Row        int64             `json:"row"`
	Line       int64             `json:"line"`
	Outcome    string            `json:"outcome"` // send, filtered, rejected
	Action     string            `json:"action"`
	Rejection  *rejectionObject  `json:"rejection,omitempty"`
	Record     string            `json:"record,omitempty"`
	Where      []conditionObject `json:"where"`
	Parts      []partObject      `json:"parts"`
	Unsent     []unsentObject    `json:"unsent"`
	Operation  string            `json:"operation"` // the JSON, byte for byte
	Bytes      int               `json:"bytes"`
	BytesLimit int               `json:"bytes_limit"`
	Attributes int               `json:"attributes"`
	Live       bool              `json:"can_start_campaigns"`
	Runs       []runs.Verdict    `json:"runs"`
}

type rejectionObject struct {
	Reason  string `json:"reason"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

type conditionObject struct {
	Expr    string `json:"expr"`
	Holds   bool   `json:"holds"`
	Problem string `json:"problem,omitempty"`
}

type valueObject struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
}

type stepObject struct {
	Step string `json:"step"`
	valueObject
}

type partObject struct {
	Role    string       `json:"role"`
	Name    string       `json:"name"`
	Source  string       `json:"source"`
	From    string       `json:"from,omitempty"`
	Cell    valueObject  `json:"cell"`
	Steps   []stepObject `json:"steps"`
	As      string       `json:"as,omitempty"`
	JSON    string       `json:"json"` // empty: nothing is sent
	Bytes   int          `json:"bytes"`
	Moment  string       `json:"moment,omitempty"`
	Problem string       `json:"problem,omitempty"`
}

type unsentObject struct {
	Column string      `json:"column"`
	Cell   valueObject `json:"cell"`
	Why    string      `json:"why"`
}

// JSON returns the row for programs, as one line with its end.
func (e Explained) JSON() (string, error) {
	o := rowObject{
		Input: e.Input, Row: e.Row, Line: e.Line, Action: string(e.Action), Record: e.Record, Live: e.Live,
		Outcome: outcomes[e.Outcome],
		Where:   []conditionObject{}, Parts: []partObject{}, Unsent: []unsentObject{},
		Operation: string(e.Operation), Bytes: len(e.Operation), BytesLimit: customerio.MaxOperation, Runs: append([]runs.Verdict{}, e.Verdicts...),
	}
	if e.Outcome == mapping.Rejected {
		o.Rejection = &rejectionObject{e.Rejection.Reason, e.Rejection.Field, e.Rejection.Message}
	}
	for _, c := range e.Conditions {
		o.Where = append(o.Where, conditionObject{c.Text, c.Holds, c.Problem})
	}
	for _, p := range e.Parts {
		o.Parts = append(o.Parts, objectOf(p))
		if p.Role == mapping.AttributePart && p.JSON != "" {
			o.Attributes++
		}
	}
	for _, u := range e.Unsent {
		o.Unsent = append(o.Unsent, unsentObject{u.Column, valueOf(u.Cell), u.Why})
	}
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(o); err != nil {
		return "", err
	}
	return SafeJSON(b.String()), nil
}

func objectOf(p mapping.Part) partObject {
	o := partObject{
		Role: p.Role, Name: p.Name, Source: p.Source, From: p.From, Cell: valueOf(p.Cell), Steps: []stepObject{},
		As: p.As, JSON: p.JSON, Bytes: p.Size(), Moment: p.Time, Problem: p.Problem,
	}
	for _, s := range p.Steps {
		o.Steps = append(o.Steps, stepObject{s.Name, valueOf(s.Value)})
	}
	return o
}

func valueOf(v mapping.Value) valueObject {
	kinds := map[rows.Kind]string{rows.Absent: "absent", rows.Text: "text", rows.Number: "number", rows.Boolean: "boolean", rows.Null: "null", rows.JSON: "json"}
	return valueObject{kinds[v.Kind], v.Text}
}
