#!/usr/bin/env bash
# Installs what the full test suite runs for real (Debian 12; needs root). Safe to run again: what is there stays.
set -Eeuo pipefail

packages=(
  chromium            # the dashboard in a real browser
  debootstrap         # roots for PostgreSQL with pgvector and for stand-in base images
  docker.io           # images, the rehearsal
  docker-registry     # push by digest
  jq                  # the scripts of an instance
  nginx-light         # the reverse proxy
  openssl             # certificates for Redis and the proxy
  python3-hnswlib     # the bench's in-process rival
  redis-server        # the queue with TLS and AUTH
  shellcheck          # every shell script and the rendered user data
)

# Names and versions are those of one system, and some parts come out of the archive of the next.
# shellcheck source=/dev/null # it is this system's own
system=$(. "${VECTORDB_OS_RELEASE:-/etc/os-release}" && echo "$PRETTY_NAME:$ID $VERSION_ID")
if [[ ${system##*:} != 'debian 12' ]]; then
  cat >&2 <<EOF
This script knows Debian 12, and this is ${system%:*}. There, install with the system's own means:
  ${packages[*]}
  Docker's Compose (v2) and buildx plugins, and PostgreSQL 17 with pgvector as scripts/test-tools/postgresql.sh lays it out
EOF
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
    missing+=("$package")
  fi
done

if ((${#missing[@]} > 0)); then
  if ((EUID != 0)); then
    echo "run as root: these packages are missing: ${missing[*]}" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  # A package must not start its service: the tests start what they need, on ports of their own.
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
  fi
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}"
fi

# Tools that need more than a package have a script of their own each.
for tool in "$(dirname "${BASH_SOURCE[0]}")"/test-tools/*.sh; do
  [[ -e $tool ]] || continue
  bash "$tool"
done

echo "test tools: ready"
