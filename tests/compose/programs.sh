# shellcheck shell=bash
# The real programs that stand-in images hold, each made once and kept below
# $IMAGES_DIR. Sourced, not run. Functions print the path of what they made.
#
# The caller defines IMAGES_DIR and fail MESSAGE, which does not return.

# Versions in the image natsio/nats-box, by its tag.
nsc_version() {
  case "$1" in
    0.13.4) echo 2.7.6 ;;
    0.19.2) echo 2.12.0 ;;
    0.19.5) echo 2.12.2 ;;
    *) fail "which nsc is in natsio/nats-box:$1 is not known here: add it to tests/compose/programs.sh" ;;
  esac
}
nats_cli_version() {
  case "$1" in
    0.13.4) ;; # a version that module proxies do not have; the stand-in goes without
    0.19.2) echo 0.3.0 ;;
    0.19.5) echo 0.4.0 ;;
    *) fail "which nats CLI is in natsio/nats-box:$1 is not known here: add it to tests/compose/programs.sh" ;;
  esac
}

# 2.15 -> the newest 2.15.x, as the image's tag has it.
nats_server_version() {
  case "$1" in
    *.*.*) echo "$1" ;;
    *)
      local newest
      need_go
      newest=$(cd / && go list -m -versions github.com/nats-io/nats-server/v2 | tr ' ' '\n' |
        sed -n "s/^v\($1\.[0-9.]*\)$/\1/p" | sort -V | tail -n 1)
      [ -n "$newest" ] || fail "no released nats-server $1 is known to the Go module proxy: set NATS_VER to a released version"
      echo "$newest"
      ;;
  esac
}

nats_server() { go_program nats-server "$1" github.com/nats-io/nats-server/v2 ""; }
nats_cli() { go_program nats "$1" github.com/nats-io/natscli "-X main.version=$1" /nats; }
nsc() { go_program nsc "$1" github.com/nats-io/nsc/v2 "-X main.version=$1"; }

# go_program NAME VERSION MODULE LDFLAGS [PACKAGE BELOW MODULE]
#
# Built from a go.mod that requires the one version: `go install …@version` asks for
# the list of a module's versions as well, which not every proxy has.
go_program() {
  local name=$1 version=$2 module=$3 flags=$4 program="$IMAGES_DIR/$1-$2" work log
  if [ ! -x "$program" ]; then
    need_go
    work=$(mktemp -d)
    printf 'module images\n\ngo 1.24\n\ntool %s%s\n\nrequire %s v%s\n' "$module" "${5:-}" "$module" "$version" >"$work/go.mod"
    log=$(cd "$work" && CGO_ENABLED=0 GOFLAGS=-mod=mod go build -ldflags "-s -w $flags" -o "$program.new" "$module${5:-}" 2>&1) || {
      rm -rf "$work"
      fail "cannot build $name $version with Go: $log"
    }
    mv "$program.new" "$program"
    rm -rf "$work"
  fi
  echo "$program"
}

need_go() {
  command -v go >/dev/null || fail "no image registry can be reached, and Go, which would build nats-server and nsc instead, is not installed"
}

# deno VERSION: from npm, where Deno is published as a package for each platform.
deno() {
  local version=$1 program="$IMAGES_DIR/deno-$1" work log platform
  if [ ! -x "$program" ]; then
    case "$(uname -m)" in
      x86_64) platform=linux-x64-glibc ;;
      aarch64) platform=linux-arm64-glibc ;;
      *) fail "no Deno for $(uname -m)" ;;
    esac
    command -v npm >/dev/null || fail "no image registry can be reached, and npm, which would fetch Deno instead, is not installed"
    work=$(mktemp -d)
    log=$(cd "$work" && npm pack --silent "@deno/$platform@$version" 2>&1 && tar -xzf ./*.tgz 2>&1) || {
      rm -rf "$work"
      fail "cannot get Deno $version from npm: $log"
    }
    install -m 755 "$work/package/deno" "$program.new"
    mv "$program.new" "$program"
    rm -rf "$work"
  fi
  echo "$program"
}

# Shell, jq and tini of Debian.
debian_root() {
  local root="$IMAGES_DIR/debian" suite
  if [ ! -d "$root" ]; then
    suite=$(debian_suite) || fail "no image registry can be reached, and building stand-ins for the images is known on Debian 12 and 13 only"
    unpack_packages "$root.new" "$suite" busybox-static jq libjq1 libonig5 tini >&2
    # Debian 13 has /bin as a link into /usr, and its packages say so.
    [ -e "$root.new/bin/busybox" ] || ln -sfn usr/bin "$root.new/bin"
    mv "$root.new" "$root"
  fi
  echo "$root"
}

# copy_program FILE PATH ROOT: a program and the libraries that it needs.
copy_program() {
  mkdir -p "$(dirname "$3$2")"
  cp "$1" "$3$2"
  copy_libraries "$1" "$3"
}

# copy_libraries PROGRAM ROOT: loader and libraries, at the paths where they are looked for.
copy_libraries() {
  local root=$2 library debian
  debian=$(debian_root)
  while read -r library; do
    case "$library" in
      "$debian"/*) copy_library "$library" "$root/usr/lib/${library##*/}" ;;
      *) copy_library "$library" "$root$library" ;;
    esac
  done < <(LD_LIBRARY_PATH=$(find "$debian/usr/lib" -maxdepth 1 -name '*-linux-gnu') ldd "$1" | grep -o '/[^ ]*')
  # Names and hosts are looked up by libraries that the C library loads by itself.
  for library in /lib/*-linux-gnu/libnss_{files,dns}.so.2; do
    [ -e "$library" ] && copy_library "$library" "$root$library"
  done
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
}

copy_library() {
  mkdir -p "$(dirname "$2")"
  cp -L "$1" "$2"
}

copy_certificates() {
  mkdir -p "$1/etc/ssl/certs"
  cp -L "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$1/etc/ssl/certs/ca-certificates.crt"
}
