# What can be done here. CI runs `make demo` and `make check`, and nothing that
# make cannot do.

GO ?= go
T ?= 10s
RUNS ?= 20
SPEC ?=
N ?= 5
ROWS ?= 1000000
BASE ?=
BENCH ?= .
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCHSTAT = golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
GORELEASER = github.com/goreleaser/goreleaser/v2@v2.13.3
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.9.0

# Limits that a busy machine does not reach. Many tests wait for a process or for
# a second to pass, so more of them run at once than there are cores.
TEST = $(GO) test -timeout 20m -parallel 4
SLOW = SLOW_TESTS=1 $(GO) test -timeout 40m -parallel 4

.PHONY: build demo test slow slow-only check format vet tidy staticcheck race fuzz bench bench-compare crash contract vuln update dist packages release-check clean

build:
	$(GO) build -trimpath -o bin/ciobulk ./cmd/ciobulk

# The main job on the samples, against a Customer.io inside the process.
demo: build
	@bash samples/demo.sh

# The inner loop: all tests that take little time, under a minute on two cores.
test:
	$(TEST) ./...

# All tests, also those that internal/slowtest marks: memory, compression bombs,
# secrets, several processes, full disks.
slow:
	$(SLOW) ./...

# Those that slowtest marks, and what belongs to them: the scripts that have run in
# make test are not run again.
slow-only: export SLOW_TESTS = only
slow-only:
	$(GO) test -timeout 40m -parallel 4 ./...

# Everything that a change must pass.
check: format vet tidy test staticcheck slow-only race crash

format:
	@test -z "$$(gofmt -s -l .)" || { echo "not gofmt -s:"; gofmt -s -l .; exit 1; }

vet:
	$(GO) vet ./...

tidy:
	$(GO) mod tidy -diff

staticcheck:
	$(GO) run $(STATICCHECK) ./...

# The pages and samples are commands that scripts run, too.
race:
	$(GO) test -race -short -timeout 40m -parallel 4 -skip '^(TestDocs|TestSamples)' ./...

# Kills the program RUNS times at random requests, and RUNS times for each of
# three commands at changes of its records, resumes it and compares; and tries a
# hundred times as many random schedules of faults in virtual time.
crash:
	$(SLOW) ./cmd/ciobulk -run '^TestCrash' -count=1 -v -crash-runs=$(RUNS)
	$(SLOW) ./importer -run '^(TestSchedulesOfFaults|TestOrderOfHotPeople|TestLanesRunSideBySide|TestOutages|TestDrainIsBounded|TestBudgetStopsSoon)$$' \
	  -count=1 -v -schedules=$$((100 * $(RUNS)))

# Searches with every fuzz target for T, two at a time. It is no part of check: what a
# search finds is seldom of the change at hand. The seeds, and so all that was found
# before, are part of every test run. When the time ends in the middle of
# an input, go test before 1.27 may report a failure (go.dev/issue/75804); that is
# not a finding.
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

# Benchmarks of the parts, of the revision BASE and of the working tree, N times in
# turn, and benchstat's verdict: make bench-compare BASE=main BENCH=Row
bench-compare:
	@test -n "$(BASE)" || { echo "usage: make bench-compare BASE=REVISION [N=10] [BENCH=NAME]"; exit 2; }
	@GO="$(GO)" BENCHSTAT="$(BENCHSTAT)" N=$(N) bash .ci/bench-compare "$(BASE)" "$(BENCH)"

# Checks every request that scripts and tests of the commands make against an
# OpenAPI document of the Track API: make contract SPEC=track.json
contract:
	@test -n "$(SPEC)" || { echo "usage: make contract SPEC=FILE"; exit 2; }
	$(SLOW) ./cmd/ciobulk -count=1 -run "TestScripts|TestSamples|Segment|Operations" -skip "Crash" -args -spec=$(abspath $(SPEC))

# Writes the outputs of the console blocks in README.md and docs/ again, after a
# message has changed. Read the diff.
update:
	$(GO) test ./runs -count=1 -run '^TestSummarySchema' -update
	$(GO) test ./cmd/ciobulk -count=1 -run '^(TestDocs|TestPicture)' -update

# Builds what a release consists of into dist/: archives, packages, an image, bills of
# materials, checksums.
dist:
	$(GO) run ./packaging/dist

# Builds the packages for Linux twice and compares, installs the deb, uses and removes it.
packages:
	bash packaging/test.sh

# Checks the configuration of releases. Building the checker takes minutes.
release-check:
	$(GO) run $(GORELEASER) check

# Needs the network: asks the Go vulnerability database.
vuln:
	$(GO) run $(GOVULNCHECK) ./...

clean:
	rm -rf bin dist dist-extra .ciobulk
