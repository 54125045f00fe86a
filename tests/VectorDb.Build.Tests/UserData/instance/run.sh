#!/bin/bash
# run.sh FOLDER COMMAND...: runs a command on a copy-on-write image of this machine with stubs for the cloud's programs.
# What it writes stays in FOLDER/upper; /run is memory and empty each time, as after a boot.
set -Eeuo pipefail
folder=$1
shift
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" "$folder/system"
mount -t tmpfs tmpfs "$folder/system/run"
mount -t proc proc "$folder/system/proc"
mount --bind /dev "$folder/system/dev"
exec chroot "$folder/system" /usr/bin/env -i PATH=/usr/sbin:/usr/bin HOME=/ "$@"
