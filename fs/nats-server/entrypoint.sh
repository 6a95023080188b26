#!/bin/sh
# Starts nats-server, if it is one that knows auth callout with a default sentinel;
# an older one would only say that a field of its configuration is unknown.
set -eu

STEP=nats-server
# shellcheck source=fs/nats-box/usr/local/lib/stack.sh
. /usr/local/lib/stack.sh

version=$(nats-server --version)
version=${version##* }
if older_than "$version" "$NATS_SERVER_MIN"; then
  fail "nats-server $version (NATS_VER=${NATS_VER-}) is too old: the callout's sentinel needs $NATS_SERVER_MIN or newer, set NATS_VER in .env"
fi
check_writable /data "volume nats_data"

exec nats-server "$@"
