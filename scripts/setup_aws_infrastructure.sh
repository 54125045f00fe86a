#!/usr/bin/env bash
# Makes what an AWS environment needs before its first release: the Bootstrap target under its old name.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'HELP'
Usage: scripts/setup_aws_infrastructure.sh <environment>

Makes the state bucket, the image repositories, the release store, the key, the roles and the secrets' containers.
Doing it again changes nothing. Load balancer, instances, queue and database come with the first Deploy.
The same as: ./build.sh --target=Bootstrap --environment=<environment>
HELP
}

fail() {
  printf 'setup_aws_infrastructure.sh: %s\n\n' "$*" >&2
  usage >&2
  exit 2
}

case ${1:-} in -h | --help) usage && exit 0 ;; esac
(($# == 1)) || fail "one environment is needed, like staging or production"
[[ $1 =~ ^[a-z][a-z0-9-]{1,14}[a-z0-9]$ && $1 != *--* ]] || fail "'$1' is no environment: 3 to 16 lower-case letters, digits and single hyphens"

command=(./build.sh --target=Bootstrap "--environment=$1")
printf '%s\n' "${command[*]}" >&2
exec "${command[@]}"
