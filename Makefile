# What can be done here. CI runs `make check`, and nothing that make cannot do.

GO ?= go
T ?= 10s
RUNS ?= 10
SPEC ?=
N ?= 5
ROWS ?= 1000000
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCHSTAT = golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
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
	$(GO) test -race -short ./...

# Kills the program RUNS times at random requests, and RUNS times for each of
# three verbs at changes of its records, resumes it and compares; and tries a
# hundred times as many random schedules of faults in virtual time.
crash:
	$(GO) test ./cmd/ciobulk -run '^TestCrash' -count=1 -v -crash-runs=$(RUNS)
	$(GO) test ./importer -run '^(TestSchedulesOfFaults|TestOrderOfHotPeople|TestLanesRunSideBySide|TestOutages|TestDrainIsBounded|TestBudgetStopsSoon)$$' \
	  -count=1 -v -schedules=$$((100 * $(RUNS)))

# Runs every fuzz target for T, two at a time. That the time was over in the midst
# of something is no finding, though go test may call it a failure
# before 1.27 (go.dev/issue/75804).
fuzz:
	@$(GO) list ./... | while read -r p; do \
	  $(GO) test $$p -list '^Fuzz' | sed -n "s|^Fuzz|$$p Fuzz|p"; \
	done | xargs -P 2 -L 1 sh -c 'out=$$($(GO) test $$0 -run "^$$" -fuzz "^$$1\$$" -fuzztime $(T) -fuzzminimizetime 1s -parallel 1 2>&1) || \
	  { echo "$$out" | grep -q "^    context deadline exceeded" && ! echo "$$out" | grep -q "Failing input"; } || \
	  { echo "$$0 $$1"; echo "$$out"; exit 255; }; echo "$$0 $$1: $$(echo "$$out" | grep "^fuzz: elapsed" | tail -n 1)"'

# Parts of the row's path, and whole runs next to their references, N times in
# turn; medians by benchstat, and all of it in bench.txt.
bench:
	@for i in $$(seq $(N)); do \
	  $(GO) test ./rows ./mapping ./importer ./customerio -run '^$$' -bench . -benchmem -benchtime 0.3s || exit 1; \
	  $(GO) test ./cmd/ciobulk -run '^$$' -bench . -benchtime 3x -bench-rows $(ROWS) || exit 1; \
	done > bench.txt
	@$(GO) run $(BENCHSTAT) bench.txt

# Checks every request that scripts and tests of the verbs make against an OpenAPI document of the
# Track API: make contract SPEC=track.json
contract:
	@test -n "$(SPEC)" || { echo "usage: make contract SPEC=FILE"; exit 2; }
	$(GO) test ./cmd/ciobulk -count=1 -run "TestScripts|TestSamples|Segment|Operations" -skip "Crash" -args -spec=$(abspath $(SPEC))

check: test
	@test -z "$$(gofmt -s -l .)" || { echo "not gofmt -s:"; gofmt -s -l .; exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	$(GO) run $(STATICCHECK) ./...
	$(GO) test -race -short ./...

# Needs the network: asks the Go vulnerability database.
vuln:
	$(GO) run $(GOVULNCHECK) ./...

clean:
	rm -rf bin .ciobulk
