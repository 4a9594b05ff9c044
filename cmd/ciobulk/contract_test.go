package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

var specFile = flag.String("spec", "", "check every request against this OpenAPI document")

var loadSpec = sync.OnceValues(func() (routers.Router, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromFile(*specFile)
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	for _, item := range doc.Paths.Map() {
		item.Servers = nil
		for _, op := range item.Operations() {
			op.Servers = nil
		}
	}
	// Of who is related to an object, exactly one of three forms must fit, but none of them
	// requires its field, so that all fit always.
	if related := doc.Components.Schemas["v2_cio_relationships"]; related != nil {
		for _, form := range related.Value.Items.Value.Properties["identifiers"].Value.OneOf {
			form.Value.Required = slices.Collect(maps.Keys(form.Value.Properties))
		}
	}
	// A page view of a visitor fits the first of three forms as well as its own.
	if visit := doc.Components.Schemas["anonymousEventsRequest"]; visit != nil {
		visit.Value.AnyOf, visit.Value.OneOf = visit.Value.OneOf, nil
	}
	return gorillamux.NewRouter(doc)
})

// checkContract lets a test fail for every request that the document does not
// allow. Without a document it changes nothing.
func checkContract(t testing.TB, next http.Handler) http.Handler {
	if *specFile == "" {
		return next
	}
	router, err := loadSpec()
	if err != nil {
		t.Fatalf("%s: %v", *specFile, err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") { // the App API, which the document is not of
			next.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			r.Body = io.NopCloser(bytes.NewReader(body))
			err = validate(r.Context(), router, r.Clone(r.Context()), body)
		}
		if err != nil {
			t.Errorf("%s %s is not as documented: %v", r.Method, r.URL.Path, err)
		}
		next.ServeHTTP(w, r)
	})
}

func validate(ctx context.Context, router routers.Router, r *http.Request, body []byte) error {
	r.Body = io.NopCloser(bytes.NewReader(body))
	route, params, err := router.FindRoute(r)
	if err != nil {
		return err
	}
	return openapi3filter.ValidateRequest(ctx, &openapi3filter.RequestValidationInput{
		Request: r, Route: route, PathParams: params,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	})
}

// The check itself must be able to fail.
func TestContractRefusesWhatIsNotDocumented(t *testing.T) {
	t.Parallel()
	if *specFile == "" {
		t.Skip("no OpenAPI document was given")
	}
	router, err := loadSpec()
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"no type":       `{"batch":[{"action":"identify","identifiers":{"id":"1"}}]}`,
		"two":           `{"batch":[{"type":"person","action":"identify","identifiers":{"id":"1","email":"a@b.c"}}]}`,
		"numeric id":    `{"batch":[{"type":"person","action":"identify","identifiers":{"id":1}}]}`,
		"unknown":       `{"batch":[{"type":"person","action":"explode","identifiers":{"id":"1"}}]}`,
		"no token":      `{"batch":[{"type":"person","action":"add_device","identifiers":{"id":"1"},"device":{"platform":"ios"}}]}`,
		"no primary":    `{"batch":[{"type":"person","action":"merge","secondary":{"id":"1"}}]}`,
		"a number":      `{"batch":[{"type":"object","action":"delete","identifiers":{"object_type_id":1,"object_id":"a"}}]}`,
		"by phone":      `{"batch":[{"type":"object","action":"add_relationships","identifiers":{"object_type_id":"1","object_id":"a"},"cio_relationships":[{"identifiers":{"id":1}}]}]}`,
		"no attributes": `{"batch":[{"type":"person","action":"identify","identifiers":{"id":"1"},"attributes":7}]}`,
	} {
		r, err := http.NewRequest(http.MethodPost, "http://localhost/api/v2/batch", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		if validate(t.Context(), router, r, []byte(body)) == nil {
			t.Errorf("%s: accepted: %s", name, body)
		}
	}
	if _, err := os.Stat(*specFile); err != nil {
		t.Error(err)
	}
}
