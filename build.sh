#!/usr/bin/env bash
# Compiles the build when anything it is made of changed, then becomes it: arguments, exit code and signals are the build's.
# Try ./build.sh --help. Works with bash 3.2 and with the tools of Linux and macOS.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
store=$root/build/bin/compiled
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false

fail() {
  echo "build.sh: $*" >&2
  exit 1
}

# Names and contents of everything the build is made of. A compiled build lies in a folder of this name, so a change never
# touches the files of a build that is running; what nobody has started for a week goes with the next compilation.
fingerprint() {
  cd "$root"
  { find build scripts/templates Directory.Build.props Directory.Packages.props .editorconfig global.json nuget.config \
    \( -name bin -o -name obj \) -prune -o -type f -exec cksum {} + 2>/dev/null || true; } | LC_ALL=C sort | cksum | tr ' ' '-'
}

# One compilation at a time. A killed run leaves no lock behind: the system drops flock, and the link names its process.
lock() {
  mkdir -p "$store"
  if command -v flock >/dev/null; then
    exec 9>"$store/lock"
    flock 9
    return
  fi
  local holder
  until ln -s "$$" "$store/lock.pid" 2>/dev/null; do
    holder=$(readlink "$store/lock.pid" || true)
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      rm -f "$store/lock.pid"
    else
      sleep 0.2
    fi
  done
  trap 'rm -f "$store/lock.pid"' EXIT
}

unlock() {
  exec 9>&-
  rm -f "$store/lock.pid"
  trap - EXIT INT TERM
}

check_sdk() {
  command -v dotnet >/dev/null || fail "dotnet is not in PATH. Install the .NET 10 SDK: https://dot.net/download"
  local version
  version=$(cd "$root" && { dotnet --version 2>/dev/null || true; })
  [[ -n $version || -d ${DOTNET_CLI_HOME:-${HOME:-/}} ]] ||
    fail "dotnet needs a home folder, and ${DOTNET_CLI_HOME:-${HOME:-}} is none. Make it, or set HOME or DOTNET_CLI_HOME to one"
  case $version in
    [1-9][0-9].*) ;;
    *) fail "the .NET 10 SDK is needed; found: $(cd / && dotnet --list-sdks | tr '\n' ' '). Install it: https://dot.net/download" ;;
  esac
}

# Ends the compilation, where one has begun, then this script. The shell itself notes its last child with the fork: no signal comes between.
stop() {
  if [ -n "${!-}" ]; then
    kill "$!" 2>/dev/null || true
    wait "$!" || true
  fi
  exit "$1"
}

# Runs a compilation into $1 as a child that ends with this script. Its output is shown only when it fails.
# Without the analyzers, which take as long again: the target Build compiles the build too, with them.
compile() {
  trap 'stop 130' INT
  trap 'stop 143' TERM
  echo "Compiling the build ..." >&2
  rm -rf "$1" "$store"/*.new
  dotnet build "$root/build/VectorDb.Build.csproj" -c Release -v quiet -nologo -nodeReuse:false -p:RunAnalyzers=false -o "$1.new" >"$store/log" 2>&1 9>&- &
  if ! wait "$!"; then
    cat "$store/log" >&2
    fail "the build does not compile"
  fi
}

current=$store/$(fingerprint)
if [ ! -e "$current" ]; then
  check_sdk
  lock
  current=$store/$(fingerprint)
  while [ ! -e "$current" ]; do
    compile "$current"
    # Something changed meanwhile: what was compiled has no name, so compile again.
    if [ "$current" = "$store/$(fingerprint)" ]; then
      mv "$current.new" "$current"
      find "$store" -mindepth 1 -maxdepth 1 -type d -mtime +6 ! -path "$current" -exec rm -rf {} +
    fi
    current=$store/$(fingerprint)
  done
  unlock
fi

# The time of the folder is that of its last start. A checkout that cannot be written to keeps everything anyway.
touch "$current" 2>/dev/null || true
exec dotnet "$current/VectorDb.Build.dll" "$@"
