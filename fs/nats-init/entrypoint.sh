#!/bin/sh
# Makes operator, accounts, users and the server's configuration with nsc, or what
# of it is missing. Whatever exists is left as it is. Each step looks at what is
# there and then does one thing, so that a run that was cut short is finished by
# the next one.
#
#   /nsc      volume nsc_data: nsc's store and all private keys
#   /config   volume nsc_config: what nats-server reads
set -eu
umask 077

STEP=nats-init
# shellcheck source=fs/nats-box/usr/local/lib/stack.sh
. /usr/local/lib/stack.sh

# Where the operator is made before it is moved to its place.
NEW=/nsc/.new

main() {
  check_settings
  check_not_empty NATS_VER NATS_BOX_VER DENO_VER NATS_PORT NATS_WEBSOCKET_PORT NATS_MONITORING_PORT
  check_server_tag
  check_nsc
  check_writable /nsc "volume nsc_data"
  check_writable /config "volume nsc_config"
  refuse_foreign_users
  make_operator
  make_application_account
  make_callout_account
  write_resolver_conf
  write_callout_conf
  write_routes_conf
  say "ready: operator $NATS_OPERATOR, accounts SYS, AUTH and $NATS_ACCOUNT"
}

# check_not_empty VARIABLE...: those that docker-compose.yaml alone makes use of, where
# nothing would mean any port, or the default in silence.
check_not_empty() {
  local name value
  for name; do
    eval "value=\${$name-}"
    [ -n "$value" ] || fail "$name is empty: set it in .env, or leave it out of there for the default"
  done
}

# Told here already because a server that cannot start is only seen by its absence.
check_server_tag() {
  local version
  case "$NATS_VER" in
    *alpine*) ;;
    *) fail "NATS_VER=$NATS_VER: this image of nats-server has no shell, which its health check needs: set NATS_VER=2.15-alpine, or another tag that ends in -alpine, in .env" ;;
  esac
  # A tag like 2-alpine says too little; the server's own entrypoint looks closer.
  version=${NATS_VER%%[!0-9.]*}
  case "$version" in
    *.*.*) older_than "$version" "$NATS_SERVER_MIN" || return 0 ;;
    *.*) older_than "$version" "${NATS_SERVER_MIN%.*}" || return 0 ;;
    *) return 0 ;;
  esac
  fail "NATS_VER=$NATS_VER is too old: the callout's sentinel needs nats-server $NATS_SERVER_MIN or newer"
}

# Known by the option that it needs: nsc answers --help for commands that it lacks too.
check_nsc() {
  command -v jq >/dev/null || fail "jq is missing in natsio/nats-box:$NATS_BOX_VER: set NATS_BOX_VER=0.19.5 or newer in .env"
  if ! nsc edit authcallout --help 2>&1 | grep -q -- '--curve'; then
    fail "$(nsc --version) is too old for auth callout: set NATS_BOX_VER=0.19.5 or newer in .env"
  fi
}

# Users of an AUTH that somebody made for something else could no longer log in.
refuse_foreign_users() {
  local jwt
  has_account AUTH || return 0
  has_user AUTH callout && return
  for jwt in "$STORES/$NATS_OPERATOR/accounts/AUTH/users"/*.jwt; do
    case "${jwt##*/}" in sentinel.jwt | '*.jwt') continue ;; esac
    fail "account AUTH exists and has a user $(basename "$jwt" .jwt), so it serves something else: rename it, the callout needs an account of this name for itself"
  done
}

make_operator() {
  if has_operator; then
    run_nsc env --operator "$NATS_OPERATOR"
    say "operator $NATS_OPERATOR: there already, left as it is"
    return
  fi
  refuse_other_operator
  clear_unfinished_operator
  # Made elsewhere and moved in one step: it is there as a whole or not at all.
  rm -rf "$NEW"
  run_nsc --all-dirs "$NEW" add operator --name "$NATS_OPERATOR" --sys --generate-signing-key
  run_nsc --all-dirs "$NEW" edit operator --require-signing-keys --account-jwt-server-url nats://nats.lokal:4222
  mkdir -p "$NKEYS_PATH" "$STORES"
  cp -Rp "$NEW/keys" "$NEW/creds" "$NKEYS_PATH/"
  mv "$NEW/$NATS_OPERATOR" "$STORES/$NATS_OPERATOR"
  rm -rf "$NEW"
  run_nsc env --operator "$NATS_OPERATOR"
  say "operator $NATS_OPERATOR: made, with a signing key and the account SYS"
}

# Two operators in one store would leave the server with one and the keys with another.
refuse_other_operator() {
  local other
  for other in "$STORES"/*/*.jwt; do
    [ -f "$other" ] || continue
    other=$(basename "$other" .jwt)
    fail "NATS_OPERATOR=$NATS_OPERATOR, but the volume nsc_data holds operator $other: set NATS_OPERATOR=$other in .env, or start afresh with docker compose down --volumes, which deletes all keys and messages"
  done
}

# nsc makes the directory before the operator. Without a JWT in it nothing is lost.
clear_unfinished_operator() {
  local directory="$STORES/$NATS_OPERATOR"
  [ -d "$directory" ] || return 0
  [ -z "$(find "$directory" -name '*.jwt')" ] ||
    fail "the volume nsc_data holds accounts of operator $NATS_OPERATOR, but not the operator itself: bring back its $NATS_OPERATOR.jwt from a backup"
  rm -rf "$directory"
}

# Signing key and limits come with one command: an account without a signing key is
# unfinished, and one that has a key keeps the limits that its owner gave it.
make_application_account() {
  make_account "$NATS_ACCOUNT" --js-mem-storage 512M --js-disk-storage 5G --js-streams -1 --js-consumer -1
  if [ -z "$(account_claim "$NATS_ACCOUNT" '.nats.limits | .mem_storage // .disk_storage')" ]; then
    say "account $NATS_ACCOUNT: has no JetStream; to allow it: docker compose run --rm nats-box nsc edit account $NATS_ACCOUNT --js-disk-storage 5G --js-streams -1 --js-consumer -1, then docker compose up nats-push"
  fi
}

# AUTH is closed: no JetStream, no imports, no exports. Connections stay unlimited,
# since every handshake that is being judged counts as one of AUTH's.
make_callout_account() {
  make_account AUTH --imports 0 --exports 0
  local signing_key
  signing_key=$(newest_signing_key AUTH)
  # It answers the server and joins the queue of those who do; nothing else.
  # shellcheck disable=SC2016 # $SYS is no variable
  has_user AUTH callout || run_nsc add user --account AUTH --name callout -K "$signing_key" \
    --allow-pub '$SYS._INBOX.>' --allow-sub '$SYS.REQ.USER.AUTH nats-auth-callout'
  # Every client that brings no JWT gets this one; alone it must be worth nothing.
  has_user AUTH sentinel || run_nsc add user --account AUTH --name sentinel -K "$signing_key" --bearer --deny-pubsub '>'
  [ "$(user_claim AUTH sentinel '.nats | .bearer_token and .pub.deny == [">"] and .sub.deny == [">"]')" = true ] ||
    fail "user sentinel of account AUTH is no bearer user that is denied everything: delete it (docker compose run --rm nats-box nsc delete user --account AUTH --name sentinel) and this makes it anew"
  point_to_callout
}

# make_account NAME OPTION...: the options are those of nsc edit account.
make_account() {
  local name=$1 key=''
  shift
  has_account "$name" || run_nsc add account --name "$name"
  key=$(newest_signing_key "$name")
  if [ -n "$key" ]; then
    say "account $name: there already, left as it is"
    return
  fi
  run_nsc edit account --name "$name" --sk generate "$@"
  say "account $name: made, with a signing key"
}

# Each part of nsc edit authcallout that is missing, in one command.
point_to_callout() {
  local callout application
  callout=$(user_claim AUTH callout .sub)
  application=$(account_claim "$NATS_ACCOUNT" .sub)
  set --
  [ -n "$(account_claim AUTH ".nats.authorization.auth_users | index(\"$callout\")")" ] || set -- "$@" --auth-user "$callout"
  [ -n "$(account_claim AUTH ".nats.authorization.allowed_accounts | index(\"$application\") // index(\"*\")")" ] ||
    set -- "$@" --allowed-account "$application"
  [ -n "$(account_claim AUTH .nats.authorization.xkey)" ] || set -- "$@" --curve generate
  [ $# -gt 0 ] || return 0
  run_nsc edit authcallout --account AUTH "$@"
  say "account AUTH: logins into $NATS_ACCOUNT are decided by its user callout, sealed with an xkey"
}

# The generated file keeps account JWTs below the working directory, which a recreated
# container loses; and it preloads SYS only, so that until the push the server
# would know neither AUTH nor the account, and refuse everybody.
write_resolver_conf() {
  local file=/config/resolver.conf preload
  preload=$(preload_line AUTH && preload_line "$NATS_ACCOUNT")
  nsc generate config --nats-resolver --sys-account SYS 2>/config/.error |
    awk -v preload="$preload" '
      /^ *dir:/ { sub(/dir:.*/, "dir: \"/data/jwt\""); found++ }
      { print }
      /^resolver_preload: *\{/ { print preload; found++ }
      END { if (found != 2) exit 1 }' >"$file.new" ||
    fail "nsc generate config failed: $(tail -n 1 /config/.error)"
  rm -f /config/.error
  replace "$file"
}

preload_line() {
  printf '\t%s: %s,\n' "$(account_claim "$1" .sub)" "$(nsc describe account --name "$1" --raw 2>/dev/null | tr -d '\n')"
}

write_callout_conf() {
  {
    echo "# Written by nats-init. The sentinel is handed to every client that brings no JWT of"
    echo "# its own; it is denied everything, and lets the server ask the callout of AUTH."
    printf 'default_sentinel: "%s"\n' "$(nsc describe user --account AUTH --name sentinel --raw 2>/dev/null | tr -d '\n')"
  } >/config/callout.conf.new
  replace /config/callout.conf
}

# What servers of a cluster show each other: a route may speak for every account. It
# stands in addresses, where nats-server fills in no variables.
write_routes_conf() {
  local password server
  [ ! -s /config/routes.conf ] || return 0
  password=$(head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
  {
    echo "# Written by nats-init, read by docker-compose.cluster.yaml's servers only."
    echo "authorization { user: route, password: \"$password\", timeout: 2 }"
    echo "routes: ["
    for server in nats-server nats-server-2 nats-server-3; do
      echo "  \"nats://route:$password@$server:6222\""
    done
    echo "]"
  } >/config/routes.conf.new
  replace /config/routes.conf
}

# replace FILE: by FILE.new, unless they are the same. A reader never sees half a file.
replace() {
  if cmp -s "$1.new" "$1"; then
    rm -f "$1.new"
  else
    mv "$1.new" "$1"
  fi
}

main
