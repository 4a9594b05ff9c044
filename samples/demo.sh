#!/usr/bin/env bash
# The main job on the samples, against a Customer.io inside the process: a run
# with some rows rejected on purpose, one that stops and is resumed, and the
# rejected rows fixed and fed back.
set -u
cd "$(dirname "$0")/.."
state=.ciobulk/demo
rm -rf "$state" && mkdir -p "$state"

show() { # EXIT-CODE COMMAND…
  local want=$1 code=0
  shift
  printf '\n$ %s\n' "$*"
  PATH="$PWD/bin:$PATH" "$@" || code=$?
  echo "exit code $code"
  [ "$code" = "$want" ] || { echo "expected exit code $want" >&2; exit 1; }
}

echo '── Ten rows, five of them wrong on purpose, one filtered'
show 3 ciobulk upsert samples/people.csv -m samples/people.yaml --simulate --state-dir "$state" --rejected "$state/rejected.csv"

echo
echo '── The rejected rows, unchanged, each with its reason'
show 0 cat "$state/rejected.csv"

echo
echo '── Fixed and fed back with the same mapping'
sed -e 's/n\/a/41/; s/^,barbara/00127,barbara/; s/31\/02/28\/02/; s/perhaps/yes/; s/,too many cells//' "$state/rejected.csv" > "$state/fixed.csv"
show 0 ciobulk upsert "$state/fixed.csv" -m samples/people.yaml --simulate --state-dir "$state"

echo
echo '── A run that stops half-way, here by its error budget, and continues where it stopped'
{ echo id,age; seq 1 2000 | sed 's/$/,30/; s/0,30$/0,unknown/'; } > "$state/many.csv"
printf 'match: {id: id}\nattributes:\n  age: {column: age, type: integer}\n' > "$state/many.yaml"
run=(ciobulk upsert "$state/many.csv" -m "$state/many.yaml" --simulate --state-dir "$state" --batch-rows 10)
show 4 "${run[@]}" --concurrency 2 --max-errors 50 --quiet
show 3 "${run[@]}" --resume

echo
echo '── A whole migration, six files as one job, against a simulator of its own, and read back'
PATH="$PWD/bin:$PATH"
ciobulk simulate > "$state/env.sh" & server=$!
trap 'kill "$server" 2>/dev/null' EXIT
for _ in $(seq 100); do [ -s "$state/env.sh" ] && break; sleep 0.1; done
. "$state/env.sh"
show 0 ciobulk run samples/migration/job.yaml --state-dir "$state"
show 0 ciobulk verify samples/migration/people.csv -m samples/migration/people.yaml
