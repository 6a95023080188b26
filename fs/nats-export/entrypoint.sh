#!/bin/sh
# Writes what the callout service needs, and nothing more, to fs/nats-export/secrets:
# the application account's signing key, AUTH's signing key and xkey, and the
# creds of the service's own user. Prints none of it.
#
#   /nsc       volume nsc_data
#   /secrets   fs/nats-export/secrets
set -eu
umask 077

STEP=nats-export
# shellcheck source=fs/nats-box/usr/local/lib/stack.sh
. /usr/local/lib/stack.sh

# How messages call the directory: by its path in the project.
SECRETS=fs/nats-export/secrets

main() {
  check_settings
  check_owner
  check_switch
  check_writable /secrets "$SECRETS"
  refuse_other_keys

  # All of it before the first file: what cannot be had must not leave half a set.
  local account callout signing_seed xkey_seed creds
  account=$(export_account "$NATS_ACCOUNT")
  callout=$(export_callout)
  signing_seed=$(seed "$(newest_signing_key AUTH)")
  xkey_seed=$(seed "$(account_claim AUTH .nats.authorization.xkey)")
  creds=$(export_creds AUTH callout)

  own_directory /secrets/dev-issuer
  own_directory /secrets
  write .env.account "$account"
  write .env.callout "$callout"
  write callout.signing_key "$signing_seed"
  write callout.xkey "$xkey_seed"
  write callout.creds "$creds"

  # CAUTION: whoever has the operator's keys can make and change every account. Nothing
  # of this stack needs them outside of the volume nsc_data; keep it that way.
  # write .env.operator "$(export_operator)"

  say "wrote $SECRETS for user $CALLOUT_UID"
  tell_of_other_owner
  warn_of_development_issuer
}

# The files belong to whoever runs the service: in the container that is this user.
check_owner() {
  check_number CALLOUT_UID "${CALLOUT_UID-}" "id -u"
  check_number CALLOUT_GID "${CALLOUT_GID-}" "id -g"
  [ "$CALLOUT_UID" -ne 0 ] || fail "CALLOUT_UID=0: the service does not run as root, set it in .env to another user's number, or leave it out"
}

# check_number VARIABLE VALUE COMMAND
check_number() {
  case "$2" in
    '' | *[!0-9]*) fail "$1=\"$2\" is not a number: set it in .env to what $3 says for the user who runs the service, or leave it out of there for the default" ;;
  esac
}

check_switch() {
  case "${DEV_ISSUER-}" in
    on | off) ;;
    *) fail "DEV_ISSUER=\"${DEV_ISSUER-}\" is neither on nor off: set it in .env" ;;
  esac
}

# Keys of another operator mean another stack, whose clients still depend on them.
refuse_other_keys() {
  refuse_other_key .env.account NATS_ACCOUNT_KEY "$(account_claim "$NATS_ACCOUNT" .sub)"
  refuse_other_key .env.callout CALLOUT_ACCOUNT_KEY "$(account_claim AUTH .sub)"
}

refuse_other_key() {
  local found
  [ -n "$3" ] || fail "the volume nsc_data holds no account for $1: run docker compose up nats-init first"
  [ -f "/secrets/$1" ] || return 0
  found=$(sed -n "s/^$2=\"\{0,1\}\([A-Z0-9]*\).*/\1/p" "/secrets/$1" | tail -n 1)
  [ "$found" = "$3" ] ||
    fail "$SECRETS/$1 holds keys of another operator or account ($2=${found:-…} there, $3 here): move $SECRETS away, or delete it if the stack that it belongs to is gone"
}

export_account() {
  local secret
  secret=$(seed "$(newest_signing_key "$1")")
  printf 'NATS_ACCOUNT=%s\nNATS_ACCOUNT_KEY=%s\nNATS_ACCOUNT_SECRET=%s\n' \
    "$1" "$(account_claim "$1" .sub)" "$secret"
}

export_callout() {
  printf 'CALLOUT_ACCOUNT_KEY=%s\n' "$(account_claim AUTH .sub)"
  [ "$DEV_ISSUER" = off ] || printf 'DEV_ISSUER_JWKS_FILE=%s\n' "$SECRETS/dev-issuer/jwks.json"
}

# shellcheck disable=SC2317,SC2329 # see CAUTION above
export_operator() {
  local claims secret
  claims=$(nsc describe operator --name "$NATS_OPERATOR" --json)
  secret=$(seed "$(printf '%s' "$claims" | jq -r '.nats.signing_keys[0]')")
  printf 'NATS_OPERATOR_KEY=%s\nNATS_OPERATOR_SECRET=%s\n' "$(printf '%s' "$claims" | jq -r .sub)" "$secret"
}

# seed PUBLIC_KEY
seed() {
  local file=''
  [ -z "$1" ] || file=$(find "$NKEYS_PATH/keys" -name "$1.nk")
  [ -s "$file" ] || fail "the volume nsc_data does not hold the private key ${1:-of an account of $NATS_OPERATOR}: bring it back from a backup, or make a new one with nsc"
  cat "$file"
}

export_creds() {
  nsc generate creds --account "$1" --name "$2" 2>/dev/null ||
    fail "nsc cannot make creds for user $2 of account $1: the volume nsc_data does not hold its private key"
}

# With what is in it: after a change of CALLOUT_UID the issuer's key is still the same.
own_directory() {
  mkdir -p "$1"
  chmod 700 "$1"
  chown -R "$CALLOUT_UID:$CALLOUT_GID" "$1"
}

# write NAME CONTENT: readable for the service's user only, and never half a file.
write() {
  printf '%s\n' "$2" >"/secrets/$1.new"
  chmod 600 "/secrets/$1.new"
  chown "$CALLOUT_UID:$CALLOUT_GID" "/secrets/$1.new"
  mv "/secrets/$1.new" "/secrets/$1"
}

# Who cloned the project may want to run the service on the host as well.
tell_of_other_owner() {
  local owner
  owner=$(stat -c %u "$0")
  [ "$owner" -ne 0 ] && [ "$owner" -ne "$CALLOUT_UID" ] || return 0
  say "note: the project belongs to user $owner; to run deno task start on the host as well, set CALLOUT_UID=$owner and CALLOUT_GID=$(stat -c %g "$0") in .env"
}

warn_of_development_issuer() {
  [ "$DEV_ISSUER" = on ] || return 0
  say "WARNING: the development issuer is trusted. Whoever has $SECRETS/dev-issuer/private.jwk gets in as anybody."
  say "WARNING: to trust your own issuer instead, put its address into .env: OIDC_ISSUER=https://… and DEV_ISSUER=off"
}

main
