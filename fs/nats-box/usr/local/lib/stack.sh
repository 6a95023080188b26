# shellcheck shell=dash
# What the containers of the stack share. Sourced by their entrypoints; runs in
# busybox' shell. STEP is the container's name, for messages.

STORES=/nsc/nats/nsc/stores

# nats-server before this knows no default_sentinel.
# shellcheck disable=SC2034
NATS_SERVER_MIN=2.11.2

say() { printf '%s: %s\n' "$STEP" "$*"; }

fail() {
  printf '%s: %s\n' "$STEP" "$*" >&2
  exit 1
}

# Runs nsc. Its messages matter only when it fails, and then the last says why.
run_nsc() {
  local output
  output=$(nsc "$@" 2>&1 </dev/null) ||
    fail "nsc $* failed: $(printf '%s\n' "$output" | grep -v '^ *$' | tail -n 1)"
}

# check_name VARIABLE VALUE: the name of an operator or account is also that of a
# directory and of a file in nsc's store.
check_name() {
  case "$2" in
    '') fail "$1 is empty: set it in .env, or leave it out of there for the default" ;;
    [!A-Za-z0-9]* | *[!A-Za-z0-9._-]*) fail "$1=\"$2\" cannot be used as a name: it may hold letters, digits and . _ - only, and starts with a letter or digit" ;;
  esac
  [ ${#2} -le 64 ] || fail "$1 is ${#2} characters long: at most 64 are possible"
}

# check_settings: what every container checks before it touches anything.
check_settings() {
  check_name NATS_OPERATOR "${NATS_OPERATOR-}"
  check_name NATS_ACCOUNT "${NATS_ACCOUNT-}"
  case "$NATS_ACCOUNT" in
    SYS | AUTH) fail "NATS_ACCOUNT=$NATS_ACCOUNT: this account has a part of its own in the stack, choose another name for the application's" ;;
  esac
}

# check_writable DIRECTORY NAME
check_writable() {
  if ! touch "$1/.writable" 2>/dev/null; then
    fail "cannot write to $2 (mounted at $1): is it mounted read-only, or full?"
  fi
  rm -f "$1/.writable"
}

# older_than A B: compares versions of up to three numbers; what follows them is ignored.
older_than() {
  [ "$(version_number "$1")" -lt "$(version_number "$2")" ]
}

version_number() {
  printf '%s\n' "$1" | awk '{
    sub(/^v/, ""); sub(/[^0-9.].*$/, ""); split($0, part, ".")
    printf "%d\n", part[1] * 1000000 + part[2] * 1000 + part[3]
  }'
}

has_operator() { [ -f "$STORES/$NATS_OPERATOR/$NATS_OPERATOR.jwt" ]; }
has_account() { [ -f "$STORES/$NATS_OPERATOR/accounts/$1/$1.jwt" ]; }
has_user() { [ -f "$STORES/$NATS_OPERATOR/accounts/$1/users/$2.jwt" ]; }

# account_claim ACCOUNT FILTER; user_claim ACCOUNT USER FILTER: empty when there is none.
account_claim() { nsc describe account --name "$1" --json 2>/dev/null | jq -r "$2 // empty"; }
user_claim() { nsc describe user --account "$1" --name "$2" --json 2>/dev/null | jq -r "$3 // empty"; }

# newest_signing_key ACCOUNT: of those that no role restricts, the one made last. Who
# rotates adds a key, lets it be used, and removes the old one when nothing needs it.
newest_signing_key() {
  local key file newest='' newest_file=''
  for key in $(account_claim "$1" '.nats.signing_keys[]? | strings'); do
    file=$(find "$NKEYS_PATH/keys" -name "$key.nk")
    if [ -z "$newest" ] || [ "$file" -nt "$newest_file" ]; then
      newest=$key newest_file=$file
    fi
  done
  printf '%s\n' "$newest"
}
