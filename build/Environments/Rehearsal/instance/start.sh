#!/bin/bash
# First process of an instance of the rehearsal. It makes the container the machine that a stock machine image would be: nothing
# of a release is on it, no engine runs, and only the metadata service knows who it is. Then it becomes systemd.
set -Eeuo pipefail

readonly FILES=/opt/rehearsal
readonly BAKED=/var/lib/machine-image

mount -o remount,rw /proc/sys
printf 'INSTANCE_ID=%s\nCONTROL=%s\n' "$INSTANCE_ID" "${AWS_ENDPOINT%/}/moto-api/vectordb" >/run/machine.env
printf 'AWS_ENDPOINT=%s\n' "$AWS_ENDPOINT" >>/run/machine.env

# The engine copies the address into its containers' configuration; one on the loopback, as Docker gives, would not reach them.
printf 'nameserver %s\n' "$NAME_SERVER" >/etc/resolv.conf

ln -s "$FILES/dnf" /usr/bin/dnf

cp "$FILES"/units/* /etc/systemd/system/
sed -i "s/@REGISTRY_PORT@/$REGISTRY_PORT/; s/@SITE@/$SITE_ADDRESS/" /etc/systemd/system/registry.*
mkdir -p /etc/systemd/system/multi-user.target.wants
rm -f /etc/systemd/system/*.wants/{docker,containerd}.* /etc/init.d/docker
for unit in metadata.service registry.socket cloud-final.service; do
  ln -sf "../$unit" "/etc/systemd/system/multi-user.target.wants/$unit"
done

# Layers that the machine image brings along are read where they lie; what the engine adds is the instance's own.
if [[ -e $BAKED/complete ]]; then
  tar -C "$BAKED" --anchored --no-wildcards-match-slash --exclude='overlay2/*/diff' -cf - image overlay2 | tar -C /var/lib/docker -xf -
  for layer in "$BAKED"/overlay2/*/diff; do
    ln -s "$layer" "/var/lib/docker/overlay2/$(basename "${layer%/diff}")/diff"
  done
fi

unset INSTANCE_ID AWS_ENDPOINT NAME_SERVER REGISTRY_PORT SITE_ADDRESS
exec /sbin/init
