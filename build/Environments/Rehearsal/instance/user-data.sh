#!/bin/bash
# What cloud-init does with user data: gets it from the metadata service and executes it, once in the life of a machine.
set -Eeuo pipefail

readonly SCRIPT=/var/lib/cloud/instance/user-data.txt

token=$(curl -sSf --retry 5 --retry-connrefused -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' http://169.254.169.254/latest/api/token)
mkdir -p "${SCRIPT%/*}"
curl -sSf --retry 5 -H "X-aws-ec2-metadata-token: $token" -o "$SCRIPT" http://169.254.169.254/latest/user-data
chmod 0700 "$SCRIPT"
exec "$SCRIPT"
