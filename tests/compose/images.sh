#!/usr/bin/env bash
# Makes sure that the images of the compose stack are there: already, or pulled,
# or, where no image registry can be reached, built here under the same names
# and tags from the same real programs. It says which of the three it was.
#
#   tests/compose/images.sh                  # what the compose files and the Dockerfile name
#   tests/compose/images.sh traefik:v3.7     # these
#
# Programs are built by Go or come from npm and Debian, and are kept below
# $IMAGES_DIR, ${XDG_CACHE_HOME:-~/.cache}/nats-auth-callout/images by default.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
HERE=tests/compose
IMAGES_DIR="${IMAGES_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/nats-auth-callout/images}"

say() { printf 'images: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 1
}

# shellcheck source=tests/compose/packages.sh
. "$HERE/packages.sh"
# shellcheck source=tests/compose/programs.sh
. "$HERE/programs.sh"
# shellcheck source=tests/compose/traefik.sh
. "$HERE/traefik.sh"

main() {
  mkdir -p "$IMAGES_DIR"
  exec 9>"$IMAGES_DIR/lock"
  flock 9
  local image images
  images=$(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else project_images; fi)
  for image in $images; do provide "$image"; done
}

# Those that the compose file names, and the one that the service's is built from.
# The service's own is built, not pulled: it is left out.
project_images() {
  local config
  config=$(docker compose --profile '*' config)
  {
    sed -n 's/^ *image: *//p' <<<"$config" | grep -Fxv "${CALLOUT_IMAGE:-nats-auth-callout}"
    sed -n 's/^ *DENO_VER: *\(.*\)$/denoland\/deno:alpine-\1/p' <<<"$config"
  } | sort -u
}

provide() {
  local image=$1 started=$SECONDS
  if docker image inspect "$image" >/dev/null 2>&1; then
    say "$image: here$(stand_in_note "$image")"
  elif registry_answers "$image"; then
    docker pull --quiet "$image" >/dev/null || fail "$image: docker pull failed, see above"
    say "$image: pulled"
  else
    say "$image: no image registry can be reached; building a stand-in that holds the same programs"
    build "$image"
    say "$image: built in $((SECONDS - started)) s"
  fi
}

stand_in_note() {
  [ "$(docker image inspect --format '{{index .Config.Labels "stand-in"}}' "$1")" != true ] || echo ", a stand-in built here"
}

# Asked once: a registry that cannot be reached may take long to say so.
registry_answers() {
  if [ -z "${REGISTRY_ANSWERS:-}" ]; then
    REGISTRY_ANSWERS=no
    if timeout 30 docker manifest inspect "$1" >/dev/null 2>&1; then REGISTRY_ANSWERS=yes; fi
  fi
  [ "$REGISTRY_ANSWERS" = yes ]
}

build() {
  case "$1" in
    nats:*-alpine) build_nats "$1" ;;
    natsio/nats-box:*) build_nats_box "$1" ;;
    denoland/deno:alpine-*) build_deno "$1" ;;
    traefik:*) build_traefik "$1" ;;
    *) fail "$1: no stand-in is known; known are nats:…-alpine, natsio/nats-box:…, denoland/deno:alpine-…, traefik:…" ;;
  esac
}

build_nats() {
  local context program version=${1#nats:}
  version=$(nats_server_version "${version%-alpine}")
  program=$(nats_server "$version")
  context=$(new_context)
  cp "$program" "$context/nats-server"
  mkdir -p "$context/rootfs/usr/local/bin" "$context/rootfs/etc/nats"
  printf 'port: 4222\nmonitor_port: 8222\n' >"$context/rootfs/etc/nats/nats-server.conf"
  # As in the image: nats-server when the first argument is an option.
  cat >"$context/rootfs/usr/local/bin/docker-entrypoint.sh" <<'SH'
#!/bin/sh
case "${1:--}" in -*) set -- nats-server "$@" ;; esac
exec "$@"
SH
  build_context "$1" nats "$context"
}

build_nats_box() {
  local context version nsc nats debian
  version=$(nsc_version "${1#*:}")
  nsc=$(nsc "$version")
  version=$(nats_cli_version "${1#*:}")
  nats=$([ -z "$version" ] || nats_cli "$version")
  debian=$(debian_root)
  context=$(new_context)
  mkdir "$context/bin"
  cp "$nsc" "$context/bin/nsc"
  [ -z "$nats" ] || cp "$nats" "$context/bin/nats"
  copy_program "$debian/usr/bin/jq" /usr/bin/jq "$context/rootfs"
  copy_certificates "$context/rootfs"
  printf '#!/bin/sh\n[ $# -ne 0 ] || exec /bin/sh -l\nexec "$@"\n' >"$context/rootfs/entrypoint.sh"
  build_context "$1" nats-box "$context"
}

build_deno() {
  local context deno debian
  deno=$(deno "${1#*:alpine-}")
  debian=$(debian_root)
  context=$(new_context)
  cp "$deno" "$context/deno"
  copy_libraries "$context/deno" "$context/rootfs"
  copy_certificates "$context/rootfs"
  cp "$debian/usr/bin/tini-static" "$context/rootfs/tini"
  mkdir -p "$context/rootfs/usr/local/bin"
  # As in the image: deno when the first argument is an option or a command of it.
  cat >"$context/rootfs/usr/local/bin/docker-entrypoint.sh" <<'SH'
#!/bin/sh
case "${1:--}" in -* | cache | check | eval | install | run | task | test) set -- deno "$@" ;; esac
exec "$@"
SH
  build_context "$1" deno "$context"
}

build_traefik() {
  local context version traefik
  version=$(traefik_version "${1#*:}")
  traefik=$(traefik "$version")
  context=$(new_context)
  cp "$traefik" "$context/traefik"
  copy_certificates "$context/rootfs"
  build_context "$1" traefik "$context"
}

new_context() {
  local context debian
  debian=$(debian_root)
  context=$(mktemp -d)
  mkdir -p "$context/rootfs/etc"
  cp "$debian/bin/busybox" "$context/busybox"
  echo "$context"
}

build_context() {
  docker build --quiet --tag "$1" --file "$HERE/images/$2.dockerfile" "$3" >/dev/null ||
    fail "$1: docker build failed, see above"
  rm -rf "$3"
}

main "$@"
