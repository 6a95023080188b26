#!/usr/bin/env bash
# Provides a Docker engine for the compose tests: uses the one that runs, or
# installs and starts one on a machine that has none.
#
#   eval "$(tests/compose/engine.sh start)"   # environment for docker on stdout
#   tests/compose/engine.sh stop              # stops what start started, nothing else
#
# Nothing of the machine is changed: the programs are Debian packages, unpacked
# below $ENGINE_DIR and not installed; apt works on lists of its own; the engine
# has its own socket, data and configuration. The second run finds it all there.
#
#   ENGINE_DIR       packages and data   ${XDG_CACHE_HOME:-~/.cache}/nats-auth-callout/engine
#   ENGINE_RUN_DIR   socket, pid, log    /run/nats-auth-callout-engine (a socket's path must be short)
set -euo pipefail

ENGINE_DIR="${ENGINE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/nats-auth-callout/engine}"
ENGINE_RUN_DIR="${ENGINE_RUN_DIR:-/run/nats-auth-callout-engine}"

# docker-compose.yaml uses start_interval in health checks, which is new in 25.
ENGINE_MAJOR_MIN=25

# Debian 12's engine is too old, Debian 13's runs on Debian 12 as well. What
# touches the C library or the kernel comes from the machine's own release:
# Debian 13's runc needs a newer libc than Debian 12 has.
ENGINE_SUITE=trixie
ENGINE_PACKAGES=(docker.io docker-cli docker-compose docker-buildx containerd)
OWN_PACKAGES=(runc tini iptables libip4tc2 libip6tc2 libxtables12 libmnl0 libnftnl11
  libnfnetlink0 libnetfilter-conntrack3 libseccomp2)

ROOT="$ENGINE_DIR/root"
CLIENT_CONFIG="$ENGINE_DIR/client"
BIN="$ENGINE_DIR/bin"
PID_FILE="$ENGINE_RUN_DIR/dockerd.pid"
LOG_FILE="$ENGINE_RUN_DIR/dockerd.log"
SOCKET="unix://$ENGINE_RUN_DIR/docker.sock"

# shellcheck source=tests/compose/packages.sh
. "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

say() { printf 'engine: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

main() {
  case "${1:-}" in
    start) start ;;
    stop) stop ;;
    *) fail "usage: tests/compose/engine.sh start|stop" ;;
  esac
}

start() {
  if timeout 20 docker version >/dev/null 2>&1; then
    use_running_engine
    return
  fi
  [ "$(uname -s)" = Linux ] || fail "no Docker engine answers, and one can be started on Linux only: start Docker Desktop or the like"
  [ "$(id -u)" = 0 ] || fail "no Docker engine answers, and starting one needs root: start Docker, or run this as root"
  mkdir -p "$ENGINE_DIR" "$ENGINE_RUN_DIR"
  chmod 700 "$ENGINE_RUN_DIR"

  # One at a time: two runs would unpack into, and start, the same engine.
  exec 9>"$ENGINE_DIR/lock"
  flock 9
  install_engine
  export_client
  is_ours_running || launch
  exec 9>&-
  check_engine
  print_environment
}

# The engine that answers is the user's: it is used as it is, or not at all.
use_running_engine() {
  check_engine
  say "using the Docker engine that is running ($(docker version --format '{{.Server.Version}}'))"
}

check_engine() {
  local version
  version=$(docker version --format '{{.Server.Version}}' 2>/dev/null) ||
    fail "the Docker engine does not answer at ${DOCKER_HOST:-its default socket}"
  [ "${version%%.*}" -ge "$ENGINE_MAJOR_MIN" ] ||
    fail "Docker engine $version is too old: $ENGINE_MAJOR_MIN or newer is needed for start_interval in health checks"
  docker compose version >/dev/null 2>&1 ||
    fail "docker compose is missing: install the Compose plugin (package docker-compose-plugin, or docker-compose on Debian)"
  docker buildx version >/dev/null 2>&1 ||
    fail "docker buildx is missing: install the buildx plugin (package docker-buildx-plugin, or docker-buildx on Debian)"
}

# ---- installing -------------------------------------------------------------

install_engine() {
  local stamp="$ENGINE_DIR/unpacked" want own
  own=$(debian_suite) || fail "no Docker engine answers, and this script can install one on Debian 12 and 13 only: install Docker Engine $ENGINE_MAJOR_MIN or newer with the Compose and buildx plugins"
  want="$ENGINE_SUITE $own ${ENGINE_PACKAGES[*]} ${OWN_PACKAGES[*]}"
  [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && return
  say "no Docker engine answers; unpacking Debian's packages below $ENGINE_DIR"
  rm -rf "$ROOT" "$BIN"
  unpack_packages "$ROOT" "$own" "${OWN_PACKAGES[@]}"
  unpack_packages "$ROOT" "$ENGINE_SUITE" "${ENGINE_PACKAGES[@]}"
  # Debian chooses between nft and legacy when it installs; unpacking does not.
  ln -sf iptables-nft "$ROOT/usr/sbin/iptables"
  ln -sf ip6tables-nft "$ROOT/usr/sbin/ip6tables"
  mkdir -p "$CLIENT_CONFIG" "$BIN"
  ln -sfn "$ROOT/usr/bin/docker" "$BIN/docker"
  ln -sfn "$ROOT/usr/libexec/docker/cli-plugins" "$CLIENT_CONFIG/cli-plugins"
  printf '%s\n' "$want" >"$stamp"
}

# ---- running ----------------------------------------------------------------

export_client() {
  export PATH="$BIN:$PATH" DOCKER_CONFIG="$CLIENT_CONFIG" DOCKER_HOST="$SOCKET"
}

print_environment() {
  printf 'export PATH=%q DOCKER_CONFIG=%q DOCKER_HOST=%q\n' "$PATH" "$DOCKER_CONFIG" "$DOCKER_HOST"
}

is_ours_running() {
  local pid
  pid=$(cat "$PID_FILE" 2>/dev/null) || return 1
  [ "$(readlink "/proc/$pid/exe" 2>/dev/null)" = "$(readlink -f "$ROOT/usr/sbin/dockerd")" ]
}

launch() {
  local libraries i
  libraries=$(dirname "$(find "$ROOT" -name 'libxtables.so*' -print -quit)")
  rm -f "$PID_FILE"
  echo '{}' >"$ENGINE_DIR/daemon.json"
  # The machine's own daemon.json is another engine's; hence --config-file.
  PATH="$ROOT/usr/sbin:$ROOT/usr/bin:$PATH" LD_LIBRARY_PATH="$libraries" \
    XTABLES_LIBDIR="$libraries/xtables" \
    setsid "$ROOT/usr/sbin/dockerd" --config-file "$ENGINE_DIR/daemon.json" \
    --data-root "$ENGINE_DIR/data" --exec-root "$ENGINE_RUN_DIR/exec" \
    --pidfile "$PID_FILE" --host "$SOCKET" --init-path "$ROOT/usr/bin/tini-static" \
    >"$LOG_FILE" 2>&1 9>&- </dev/null &
  local pid=$!
  for ((i = 0; i < 300; i++)); do
    if docker version >/dev/null 2>&1; then
      say "started Docker engine $(docker version --format '{{.Server.Version}}'), stop it with: tests/compose/engine.sh stop"
      return
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 15 "$LOG_FILE" >&2
  fail "the Docker engine did not come up; the end of $LOG_FILE is above (it needs a kernel with cgroups, overlayfs, bridges and nftables, and the right to use them)"
}

stop() {
  if ! is_ours_running; then
    say "nothing to stop: no engine of this script runs"
    return
  fi
  local pid i
  pid=$(cat "$PID_FILE")
  kill "$pid"
  for ((i = 0; i < 300; i++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -0 "$pid" 2>/dev/null && fail "the Docker engine (process $pid) does not end; see $LOG_FILE"
  say "stopped"
}

main "$@"
