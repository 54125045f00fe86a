#!/usr/bin/env bash
# PostgreSQL 17 with pgvector 0.8 in a root of its own, out of Debian 13 (Debian 12 has neither). What is there stays.
set -Eeuo pipefail

root=${VECTORDB_POSTGRES_ROOT:-/var/cache/vectordb/postgresql-17}
[[ -x $root/usr/lib/postgresql/17/bin/postgres && -f $root/usr/share/postgresql/17/extension/vector.control ]] && exit 0
((EUID == 0)) || { echo "run as root: PostgreSQL 17 is missing in $root" >&2; exit 1; }

# Made beside its place and moved there whole, so that an interrupted run leaves nothing that looks complete.
mkdir -p "$(dirname "$root")"
work=$(mktemp -d "$(dirname "$root")/postgresql-XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
debootstrap --variant=minbase --include=postgresql-17-pgvector trixie "$work" >"$work.log" 2>&1 \
  || { tail -20 "$work.log" >&2; exit 1; }
rm -rf "$root" "$work.log"
mv "$work" "$root"
