#!/bin/bash
# bake.sh IMAGE...: makes a machine image, on a volume in the place of the engine's data. What is pulled here lies on the disk of
# every instance from its start.
set -Eeuo pipefail

readonly ENGINE=/var/lib/docker

# In this machine's own network, for the registry's sake: the engine must not touch it.
dockerd --bridge=none --iptables=false --ip6tables=false --ip-forward=false --log-level=error &
engine=$!
until docker version >/dev/null 2>&1; do
  kill -0 "$engine" || { echo 'bake.sh: the engine ended' >&2; exit 1; }
  sleep 0.1
done
for image in "$@"; do
  docker pull --quiet "$image"
done
kill "$engine"
wait "$engine" || true
touch "$ENGINE/complete"
