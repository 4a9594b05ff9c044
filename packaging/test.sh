#!/usr/bin/env bash
# Builds what a release consists of for Linux twice, in different folders, and compares;
# then installs the Debian package, follows the first steps with it where no Go is to be
# found, and removes it. Needs git, Go and the module proxy; the second part also dpkg
# and root.
set -euo pipefail
cd "$(dirname "$0")/.."
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
work=$(mktemp -d)
simulator=
trap '[ -z "$simulator" ] || kill "$simulator" 2>/dev/null; rm -rf "$work"' EXIT
fail() { echo "packages: $*" >&2; exit 1; }

for folder in one another/place; do
  mkdir -p "$work/$folder"
  git clone -q . "$work/$folder/ciobulk"
  (cd "$work/$folder/ciobulk" && go run ./packaging/dist -targets linux/amd64)
done
one=$work/one/ciobulk/dist
diff "$one/SHA256SUMS" "$work/another/place/ciobulk/dist/SHA256SUMS" || fail "two builds of one commit differ"
(cd "$one" && sha256sum --quiet -c SHA256SUMS)
echo "packages: two builds are identical: $(wc -l < "$one/SHA256SUMS") files"

mkdir "$work/image"
tar -xOf "$one"/*.image.tar layer.tar | tar -xf - -C "$work/image"
test -s "$work/image/etc/ssl/certs/ca-certificates.crt" || fail "the image has no certificates"
if [ "$(id -u)" = 0 ]; then
  chroot --userspec=65532:65532 "$work/image" /usr/bin/ciobulk --version | grep -q '^ciobulk version' || fail "the image does not run"
fi

command -v dpkg >/dev/null && [ "$(id -u)" = 0 ] && [ "$(dpkg --print-architecture)" = amd64 ] || { echo "packages: the deb is not installed here"; exit 0; }
! [ -e /usr/bin/ciobulk ] || fail "/usr/bin/ciobulk exists already"
dpkg -i "$one"/*.deb >/dev/null
trap '[ -z "$simulator" ] || kill "$simulator" 2>/dev/null; dpkg -r ciobulk >/dev/null 2>&1; rm -rf "$work"' EXIT
cd "$work"
alone() { env -i PATH=/usr/bin:/bin HOME="$work" "${account[@]}" "$@"; }
account=()
! alone sh -c 'command -v go' >/dev/null || echo "packages: there is a go in /usr/bin" >&2

# An account: a Customer.io on this machine.
alone ciobulk simulate --port 0 > account 2>/dev/null &
simulator=$!
for _ in $(seq 100); do grep -q APP_API_KEY account && break; sleep 0.1; done
mapfile -t account < <(sed -n 's/^export //p' account)

# Five commands, from the file that a spreadsheet saved to its rows in a segment.
printf 'Name;E-mail\r\nAda;ada@example.com\r\nGrace;grace@example.com\r\n' > list.csv
alone ciobulk check >/dev/null
alone ciobulk plan upsert list.csv --match email=E-mail >/dev/null 2>&1
alone ciobulk upsert list.csv --match email=E-mail >/dev/null 2>&1
alone ciobulk segment create Newsletter >/dev/null 2>&1
alone ciobulk segment add list.csv --match email=E-mail --segment Newsletter 2>/dev/null | grep -q '"Newsletter": 0 before, 2 after' ||
  fail "the rows are not in the segment"

for path in man/man1/ciobulk.1.gz bash-completion/completions/ciobulk zsh/vendor-completions/_ciobulk fish/vendor_completions.d/ciobulk.fish doc/ciobulk/copyright; do
  test -s "/usr/share/$path" || case $path in man/*|doc/*) ;; *) fail "/usr/share/$path is missing" ;; esac
done
dpkg -L ciobulk | grep -q /usr/share/man/man1/ciobulk.1.gz || fail "the man page is not in the package"
dpkg -r ciobulk >/dev/null
! [ -e /usr/bin/ciobulk ] || fail "the package leaves files"
echo "packages: the deb was installed, used and removed"
