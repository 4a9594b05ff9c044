#!/usr/bin/env bash
# The people of one file in several shards at once, with GNU parallel: on this
# machine, or on others by --sshlogin. --rate is that of all shards together.
# A shard that breaks off is tried again and goes on where it stood; one that
# ends with rejected rows (exit code 3) has done its work.
#
#   samples/shards/parallel.sh SHARDS FILE [flags of ciobulk upsert…]
set -euo pipefail
shards=${1:?number of shards} file=${2:?file}
shift 2

one() { # SHARD SHARDS FILE [flags…]
  local shard=$1 shards=$2 code=0
  shift 2
  ciobulk upsert "$@" --shard "$shard/$shards" --resume --no-progress || code=$?
  [ "$code" = 3 ] || return "$code"
}
export -f one
seq "$shards" | parallel --jobs "$shards" --retries 3 --line-buffer --tagstring 'shard {}' --halt soon,fail=1 \
  one {} "$shards" "$file" "$@"
