# shellcheck shell=bash
# Traefik from its Go module, for the stand-in image. Sourced by images.sh.
#
# It takes some four minutes on two cores, once. Two things differ from a release:
# the DNS providers of its ACME client are left out, since many of their modules
# are not to be had from module proxies, and the web interface is empty.

traefik_version() {
  case "$1" in
    v3.7) echo 3.7.13 ;;
    v*.*.*) echo "${1#v}" ;;
    *) fail "which version traefik:$1 is, is not known here: add it to tests/compose/traefik.sh" ;;
  esac
}

# traefik VERSION: prints the path of the program.
traefik() {
  local program="$IMAGES_DIR/traefik-$1" work log
  if [ ! -x "$program" ]; then
    need_go
    work=$(mktemp -d)
    log=$(build_traefik_program "$1" "$work" "$program.new" 2>&1) || {
      rm -rf "$work"
      fail "cannot build traefik $1 with Go: $(tail -n 5 <<<"$log")"
    }
    mv "$program.new" "$program"
    rm -rf "$work"
  fi
  echo "$program"
}

# build_traefik_program VERSION DIRECTORY PROGRAM
build_traefik_program() {
  local version=$1 program=$3 module=github.com/traefik/traefik/v3 lego
  cd "$2" || return
  # A module inside of Traefik's repository, which holds two empty types.
  mkdir ext
  printf 'module github.com/traefik/traefik/dynamic/ext\n\ngo 1.24\n' >ext/go.mod
  printf 'package ext\n\ntype HTTP struct{}\n\ntype Router struct{}\n' >ext/ext.go
  # The forks are those of Traefik's own go.mod, which counts for the main module only.
  printf '%s\n' 'module images' '' 'go 1.26.0' '' "tool $module/cmd/traefik" '' \
    "require $module v$version" '' 'replace (' \
    'github.com/traefik/traefik/dynamic/ext => ./ext' \
    'github.com/abbot/go-http-auth => github.com/containous/go-http-auth v0.4.1-0.20200324110947-a37a7636d23e' \
    'github.com/gorilla/mux => github.com/containous/mux v0.0.0-20250523120546-41b6ec3aed59' ')' '' \
    'exclude github.com/tencentcloud/tencentcloud-sdk-go v3.0.83+incompatible' >go.mod
  export CGO_ENABLED=0 GOFLAGS=-mod=mod
  lego=$(sed -n 's/^\t\(github.com.go-acme.lego[^ ]*\) \(v[^ ]*\)$/\1@\2/p' "$(downloaded "$module@v$version" GoMod)") || return
  cp -r "$(downloaded "$lego" Dir)" lego || return
  chmod -R u+w lego
  printf '%s\n' 'package dns' '' 'import (' '"fmt"' "\"${lego%@*}/challenge\"" ')' \
    'func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {' \
    'return nil, fmt.Errorf("unrecognized DNS provider: %s", name)' '}' >lego/providers/dns/zz_gen_dns_providers.go
  go mod edit -replace "${lego%@*}=./lego"
  go build -ldflags "-s -w -X $module/pkg/version.Version=$version" -o "$program" "$module/cmd/traefik"
}

# downloaded MODULE@VERSION Dir|GoMod: where it is on this machine.
downloaded() {
  go mod download -json "$1" | sed -n "s/^\t\"$2\": \"\(.*\)\",\{0,1\}$/\1/p"
}
