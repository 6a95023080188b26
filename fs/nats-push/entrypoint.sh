#!/bin/sh
# Hands the accounts' JWTs to the running server, if it lacks one of them. A push
# takes a second for each account, so it is not done for nothing at every start.
#
#   /nsc    volume nsc_data
#   /data   volume nats_data, read-only: what the server knows is in /data/jwt
set -eu

STEP=nats-push
# shellcheck source=fs/nats-box/usr/local/lib/stack.sh
. /usr/local/lib/stack.sh

main() {
  check_settings
  has_operator || fail "the volume nsc_data holds no operator $NATS_OPERATOR: run docker compose up nats-init first"
  if server_has_all; then
    say "nats-server knows all accounts already"
    return
  fi
  run_nsc push --all --account-jwt-server-url nats://nats.lokal:4222
  say "nats-server knows the accounts of operator $NATS_OPERATOR now"
}

server_has_all() {
  local jwt id
  for jwt in "$STORES/$NATS_OPERATOR"/accounts/*/*.jwt; do
    id=$(account_claim "$(basename "$jwt" .jwt)" .sub)
    cmp -s "$jwt" "/data/jwt/$id.jwt" || return 1
  done
}

main
