#!/usr/bin/env bash
# Brings the last verified release of an AWS environment back: the Rollback target under its old name.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'HELP'
Usage: scripts/rollback.sh <environment> [<release>]

Brings back the last verified release before the current one, or the one that is named; nothing is rebuilt.
The same as: ./build.sh --target=Rollback --environment=<environment> [--to=<release>]
HELP
}

fail() {
  printf 'rollback.sh: %s\n\n' "$*" >&2
  usage >&2
  exit 2
}

case ${1:-} in -h | --help) usage && exit 0 ;; esac
(($# == 1 || $# == 2)) || fail "one environment is needed, like staging or production, and perhaps a release"
[[ $1 =~ ^[a-z][a-z0-9-]{1,14}[a-z0-9]$ && $1 != *--* ]] || fail "'$1' is no environment: 3 to 16 lower-case letters, digits and single hyphens"

command=(./build.sh --target=Rollback "--environment=$1")
if (($# == 2)); then
  [[ $2 =~ ^[0-9a-f]{12}$ ]] || fail "'$2' is no release: History lists them, 12 digits and letters a to f each"
  command+=("--to=$2")
fi
printf '%s\n' "${command[*]}" >&2
exec "${command[@]}"
