#!/usr/bin/env bash
# Releases this tree to an AWS environment: the Deploy target under its old name.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  cat <<'HELP'
Usage: scripts/deploy_to_ec2.sh <environment> [<plan hash>]

Builds, tests, pushes, plans, asks for approval, rolls out and proves this tree; takes it back if it fails.
With the hash of a plan that was reviewed before, it does not ask, and it applies that plan or nothing.
The same as: ./build.sh --target=Deploy --environment=<environment> [--approve=<plan hash>]
HELP
}

fail() {
  printf 'deploy_to_ec2.sh: %s\n\n' "$*" >&2
  usage >&2
  exit 2
}

case ${1:-} in -h | --help) usage && exit 0 ;; esac
(($# == 1 || $# == 2)) || fail "one environment is needed, like staging or production, and perhaps the hash of a plan"
[[ $1 =~ ^[a-z][a-z0-9-]{1,14}[a-z0-9]$ && $1 != *--* ]] || fail "'$1' is no environment: 3 to 16 lower-case letters, digits and single hyphens"

command=(./build.sh --target=Deploy "--environment=$1")
if (($# == 2)); then
  [[ $2 =~ ^(sha256:)?[0-9a-f]{12,64}$ ]] || fail "'$2' is no plan hash: TerraformPlan prints it as 'approval'"
  command+=("--approve=$2")
fi
printf '%s\n' "${command[*]}" >&2
exec "${command[@]}"
