#!/usr/bin/env bash
# Copies a workspace into a folder named after the day: everyone with a mapping that sends
# them back, the list of the segments, and the members of each manual segment. Copies of
# more than KEEP days (14) ago are removed once the new one is complete. Run again on the same
# day, it replaces that day's copy; killed, it continues.
#
#   samples/backup.sh FOLDER
set -euo pipefail
umask 077
folder=${1:?the folder for the copies}
copy=$folder/$(date -u +%F)
mkdir -p "$copy"

export_to() { # FILE KIND FLAG…
  local file=$1
  shift
  ciobulk export "$@" -o "$copy/$file" --overwrite --resume-or-restart --quiet --state-dir "$folder/.ciobulk"
}

export_to people.csv.gz people
export_to segments.csv segments
ciobulk segment list --format csv | { grep -E '^[0-9]+,manual,' || true; } | cut -d, -f1 | while read -r id; do
  export_to "segment-$id.csv" segment --segment "$id"
done
find "$folder" -mindepth 1 -maxdepth 1 -type d -name '20[0-9][0-9]-[01][0-9]-[0-3][0-9]' -mtime "+${KEEP:-14}" -exec rm -r {} +
