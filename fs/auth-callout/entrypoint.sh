#!/bin/sh
# Runs a command of the service with the Deno permissions that it needs and no more.
# For start they follow from the configuration, so it is asked for them first.
set -eu
cd /app

# Memory is given back instead of being kept for later; the same in the task start.
export MALLOC_ARENA_MAX=1
memory="--no-code-cache --v8-flags=--max-semi-space-size=2,--initial-old-space-size=24,--heap-growing-percent=20"

# Everything is in the image: what is missing there must not come from elsewhere.
run() {
  # shellcheck disable=SC2086 # several flags
  deno run --quiet $memory --no-prompt --cached-only --frozen --config registry.json "$@"
}

token() {
  run --allow-env=DEV_ISSUER_DIR --allow-read="$DEV_ISSUER_DIR" --allow-write="$DEV_ISSUER_DIR" main.ts token "$@"
}

case "${1-}" in
  start)
    permissions=$(run --allow-env --allow-read main.ts permissions)
    # shellcheck disable=SC2086 # several flags
    exec deno run --quiet $memory --no-prompt --cached-only --frozen --config registry.json $permissions main.ts "$@"
    ;;
  token)
    shift
    token "$@"
    ;;
  make-dev-issuer)
    if [ "$DEV_ISSUER" = off ]; then
      echo "dev-issuer: DEV_ISSUER=off, so there is nothing to make"
      exit 0
    fi
    # A token comes with it, which nobody asked for.
    token --init --sub nobody --ttl 1s >/dev/null
    echo "dev-issuer: the key pair of the development issuer is in $DEV_ISSUER_DIR"
    ;;
  *)
    run --allow-env --allow-read main.ts "$@"
    ;;
esac
