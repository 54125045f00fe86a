#!/usr/bin/env bash
# Makes stand-ins for the base images of this project's Dockerfiles from Debian packages and the .NET runtime of this
# machine, under the same names, so that the Dockerfiles build unchanged on a network without an image registry.
# An image that the engine already has stays as it is. A stand-in carries the label vectordb.stand-in, which whatever is
# built on it inherits and no registry of AWS is given. Needs root, debootstrap and a Docker engine (DOCKER_HOST is honoured).
#
#   scripts/base-images.sh                 all of them
#   scripts/base-images.sh aspnet nginx    only these
set -Eeuo pipefail

ASPNET_IMAGE=${ASPNET_IMAGE:-mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled}
NGINX_IMAGE=${NGINX_IMAGE:-public.ecr.aws/nginx/nginx:1.28-alpine}
INSTANCE_IMAGE=${INSTANCE_IMAGE:-vectordb-rehearsal/instance:2}
STAND_IN='LABEL vectordb.stand-in=true'
CACHE=${VECTORDB_BASE_IMAGE_CACHE:-/var/cache/vectordb-base-images}
SUITE=trixie

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$CACHE"

say() { printf '%s\n' "$*" >&2; }

need() {
  command -v "$1" >/dev/null || { say "$1 is missing; install it with: $2"; exit 1; }
}

# root NAME PACKAGES: path of a tarball of a minimal Debian root with these packages, made once.
root() {
  local name=$1 packages=$2 tarball
  tarball="$CACHE/$name-$(printf '%s %s' "$SUITE" "$packages" | sha256sum | cut -c1-12).tar"
  if [[ ! -e $tarball ]]; then
    say "making a Debian $SUITE root for $name"
    debootstrap --variant=minbase --include="$packages" "$SUITE" "$work/$name" >"$work/$name.log" 2>&1 ||
      { tail -n 20 "$work/$name.log" >&2; exit 1; }
    rm -rf "$work/$name"/var/cache/apt/archives/*.deb "$work/$name"/var/lib/apt/lists/* "$work/$name"/usr/share/{doc,man,locale}/*
    tar -C "$work/$name" -cf "$tarball.new" .
    mv "$tarball.new" "$tarball"
    rm -rf "${work:?}/$name"
  fi
  printf '%s\n' "$tarball"
}

# absent IMAGE: whether the engine lacks it.
absent() {
  if docker image inspect "$1" >/dev/null 2>&1; then
    say "$1: there"
    return 1
  fi
}

aspnet() {
  absent "$ASPNET_IMAGE" || return 0
  need dotnet 'the .NET 10 SDK'
  local tarball dotnet version layer="$work/aspnet"
  tarball=$(root aspnet ca-certificates,libssl3t64,libstdc++6,zlib1g)
  dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
  version=$(dotnet --list-runtimes | awk '$1 == "Microsoft.AspNetCore.App" && $2 ~ /^10\./ { print $2 }' | tail -n 1)
  mkdir -p "$layer/usr/share/dotnet/shared" "$layer/usr/bin"
  cp -a "$dotnet/dotnet" "$dotnet/host" "$layer/usr/share/dotnet/"
  for framework in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
    mkdir -p "$layer/usr/share/dotnet/shared/$framework"
    cp -a "$dotnet/shared/$framework/$version" "$layer/usr/share/dotnet/shared/$framework/"
  done
  ln -s ../share/dotnet/dotnet "$layer/usr/bin/dotnet"
  cp "$tarball" "$work/aspnet.tar"
  tar -C "$layer" -rf "$work/aspnet.tar" --owner=0 --group=0 usr/share/dotnet usr/bin/dotnet
  docker import --change "$STAND_IN" --change 'USER 1654' --change 'WORKDIR /app' --change 'ENV ASPNETCORE_HTTP_PORTS=8080' \
    --change 'ENV DOTNET_RUNNING_IN_CONTAINER=true' --change "ENV DOTNET_VERSION=$version" \
    "$work/aspnet.tar" "$ASPNET_IMAGE" >/dev/null
  say "$ASPNET_IMAGE: made from Debian $SUITE and .NET $version"
}

nginx() {
  absent "$NGINX_IMAGE" || return 0
  local tarball
  tarball=$(root nginx ca-certificates,curl,nginx-light,libnginx-mod-http-headers-more-filter)
  docker import --change "$STAND_IN" --change 'CMD ["nginx", "-g", "daemon off;"]' "$tarball" "$NGINX_IMAGE" >/dev/null
  say "$NGINX_IMAGE: made from Debian $SUITE"
}

# An instance of the rehearsal: systemd as PID 1 with a Docker engine of its own, in the place of Amazon Linux.
instance() {
  absent "$INSTANCE_IMAGE" || return 0
  local tarball
  tarball=$(root instance systemd,systemd-sysv,dbus,docker.io,docker-cli,iptables,iproute2,ca-certificates,curl,jq,procps,python3,python3-cffi-backend,awscli)
  docker import --change 'CMD ["/sbin/init"]' "$tarball" "$INSTANCE_IMAGE" >/dev/null
  say "$INSTANCE_IMAGE: made from Debian $SUITE"
}

[[ $(uname -m) == x86_64 ]] || { say 'images of a release are for x86_64, and a stand-in is made of what this machine has: run it on such a machine'; exit 1; }
((EUID == 0)) || { say 'run as root: debootstrap makes device files'; exit 1; }
need debootstrap 'apt-get install debootstrap'
need docker 'apt-get install docker.io'
docker version >/dev/null 2>&1 || { say 'no Docker engine answers; start one or set DOCKER_HOST'; exit 1; }

for image in "${@:-aspnet nginx instance}"; do
  for name in $image; do
    case $name in
      aspnet | nginx | instance) "$name" ;;
      *) say "unknown image '$name'; known: aspnet nginx instance"; exit 2 ;;
    esac
  done
done
