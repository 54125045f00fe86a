#!/usr/bin/env bash
# Builds the images and pushes them to the registry: the EcrPush target under its old name.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'HELP'
Usage: scripts/ecr_push.sh <environment>

Builds the images of this tree and pushes those that the registry lacks, by digest.
The same as: ./build.sh --target=EcrPush --environment=<environment>
HELP
}

fail() {
  printf 'ecr_push.sh: %s\n\n' "$*" >&2
  usage >&2
  exit 2
}

case ${1:-} in -h | --help) usage && exit 0 ;; esac
(($# == 1)) || fail "one environment is needed, like staging or production"
[[ $1 =~ ^[a-z][a-z0-9-]{1,14}[a-z0-9]$ && $1 != *--* ]] || fail "'$1' is no environment: 3 to 16 lower-case letters, digits and single hyphens"

command=(./build.sh --target=EcrPush "--environment=$1")
printf '%s\n' "${command[*]}" >&2
exec "${command[@]}"
