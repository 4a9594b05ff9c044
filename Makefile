# What can be done here. CI runs `make check`, and nothing that make cannot do.

GO ?= go
T ?= 10s
RUNS ?= 10
SPEC ?=
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0

.PHONY: build demo test check race fuzz bench crash contract vuln clean

build:
	$(GO) build -trimpath -o bin/ciobulk ./cmd/ciobulk

# The main job on the samples, against a Customer.io inside the process.
demo: build
	@bash samples/demo.sh

test:
	$(GO) test ./...

race:
	$(GO) test -race ./...

# Kills the program RUNS times at random requests and resumes it.
crash:
	$(GO) test ./cmd/ciobulk -run '^TestCrash' -count=1 -v -crash-runs=$(RUNS)

# Runs every fuzz target for T.
fuzz:
	@$(GO) list ./... | while read -r p; do \
	  $(GO) test $$p -list '^Fuzz' | grep '^Fuzz' | while read -r f; do \
	    echo "$$p $$f"; $(GO) test $$p -run '^$$' -fuzz "^$$f\$$" -fuzztime $(T) -fuzzminimizetime 1s || exit 1; \
	  done || exit 1; \
	done

bench:
	$(GO) test ./... -run '^$$' -bench . -benchmem

# Checks every request that the tests make against an OpenAPI document of the
# Track API: make contract SPEC=track.json
contract:
	@test -n "$(SPEC)" || { echo "usage: make contract SPEC=FILE"; exit 2; }
	$(GO) test ./cmd/ciobulk -count=1 -skip "Crash|Interrupt" -args -spec=$(abspath $(SPEC))

check: test
	@test -z "$$(gofmt -s -l .)" || { echo "not gofmt -s:"; gofmt -s -l .; exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	$(GO) run $(STATICCHECK) ./...
	$(GO) test -race ./...

# Needs the network: asks the Go vulnerability database.
vuln:
	$(GO) run $(GOVULNCHECK) ./...

clean:
	rm -rf bin .ciobulk
