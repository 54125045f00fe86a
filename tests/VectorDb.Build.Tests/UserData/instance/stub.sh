#!/bin/bash
# Stands in for every program of the cloud that an instance calls: notes the call, and answers as the files in /behaviour say.
name=${0##*/}
printf '%s %s\n' "$name" "$*" >>/behaviour/calls.log

fails() { [[ -e /behaviour/$1 ]]; }

option() { # option NAME ARGUMENTS...
  local wanted=$1
  shift
  while (($# > 0)); do
    [[ $1 == "$wanted" ]] && printf '%s' "$2" && return
    shift
  done
}

# Runs the lines of a unit as systemd would: in order, and none after one that failed.
start() {
  local unit=/etc/systemd/system/$1 line
  [[ $1 == vectordb.service ]] || return 0
  cd "$(sed -n 's/^WorkingDirectory=//p' "$unit")" || return 1
  # shellcheck disable=SC2046 # the line is a list of assignments
  export $(sed -n 's/^Environment=//p' "$unit")
  while read -r line; do
    $line </dev/null || return 1
  done < <(sed -n 's/^\(ExecStartPre\|ExecStart\|ExecStartPost\)=//p' "$unit")
}

case "$name $*" in
  dnf*)
    if fails dnf-busy; then
      left=$(<'/behaviour/dnf-busy')
      if ((left > 1)); then echo $((left - 1)) >/behaviour/dnf-busy; else rm /behaviour/dnf-busy; fi
      exit 1
    fi ;;
  "curl "*api/token*) printf 'token' ;;
  "curl "*instance-id*) printf 'i-0123456789abcdef0' ;;
  "curl "*target-lifecycle-state*)
    # In service when first asked, and wanted gone from then on.
    if fails asked-before; then printf 'Terminated'; else touch /behaviour/asked-before; printf 'InService'; fi ;;
  "curl "*/health*) printf '{"release":"%s"}' "$(<'/behaviour/release')" >"$(option -o "$@")" ;;
  "aws s3api get-object"*) cp "/behaviour/bucket/$(option --key "$@")" "${!#}" ;;
  "aws ssm get-parameters-by-path"*) cat "/behaviour/parameters$(option --path "$@").json" ;;
  "aws secretsmanager batch-get-secret-value"*)
    found='{"SecretValues":[],"Errors":[]}'
    [[ $3 == --secret-id-list ]] || exit 252
    for secret in "${@:4}"; do
      [[ $secret != --* ]] || break
      if [[ -e /behaviour/secrets/$secret ]]; then
        found=$(jq --arg name "$secret" --rawfile value "/behaviour/secrets/$secret" '.SecretValues += [{ARN: $name, Name: $name, SecretString: $value}]' <<<"$found")
      else
        found=$(jq --arg name "$secret" '.Errors += [{SecretId: $name, ErrorCode: "ResourceNotFoundException", Message: "there is none"}]' <<<"$found")
      fi
    done
    printf '%s\n' "$found" ;;
  "aws autoscaling complete-lifecycle-action"*)
    if fails no-launch-waits; then
      echo 'An error occurred (ValidationError): No active Lifecycle Action found' >&2
      exit 254
    fi ;;
  "systemctl start "*) start "$2" ;;
  "docker compose pull"*)
    if fails registry-down; then
      echo 'error from registry: connection refused' >&2
      exit 1
    fi ;;
  "docker compose ps"*) echo c1 ;;
  "docker inspect c1") echo '[{"Config":{"Labels":{"com.docker.compose.service":"api"}},"LogPath":"/var/lib/docker/containers/c1/c1-json.log"}]' ;;
  "logger "*) cat >/dev/null ;;
esac
