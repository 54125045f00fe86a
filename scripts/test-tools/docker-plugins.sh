#!/usr/bin/env bash
# Compose v2 and buildx for Debian 12's Docker: two static programs out of Debian 13's packages (Debian 12 has only the
# Compose of 2021, which refuses today's files). What is there stays.
set -Eeuo pipefail

plugins=/usr/local/lib/docker/cli-plugins
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

wanted=()
[[ -x $plugins/docker-compose ]] || wanted+=(docker-compose)
[[ -x $plugins/docker-buildx ]] || wanted+=(docker-buildx)
((${#wanted[@]} > 0)) || exit 0
((EUID == 0)) || { echo "run as root: Docker's plugins are missing: ${wanted[*]}" >&2; exit 1; }

# An apt of its own, which knows Debian 13 from the mirror of this machine and leaves its sources alone.
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
# shellcheck disable=SC2016 # apt-get expands it, not the shell
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' | sed -n 1p)
[[ -n $mirror ]] || { echo 'the mirror of Debian 12 is not among the sources of this system: is it Debian 12?' >&2; exit 1; }
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$work/sources.list"
options=(
  -o APT::Sandbox::User=root
  -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache"
)
apt-get "${options[@]}" update -qq
cd "$work"
chmod 755 "$work"
apt-get "${options[@]}" download -qq "${wanted[@]}"

mkdir -p "$plugins"
for package in "${wanted[@]}"; do
  dpkg-deb --extract "$package"_*.deb "$work/$package"
  program=$(find "$work/$package" -type f -name "$package" -path '*cli-plugins*' -print -quit)
  install -m 0755 "$program" "$plugins/$package.new"
  mv "$plugins/$package.new" "$plugins/$package"
done
