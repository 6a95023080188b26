# shellcheck shell=bash
# Debian packages without installing them: downloaded with lists of their own,
# checked by apt's signatures, unpacked into a directory. Sourced, not run.
#
# The caller defines fail MESSAGE, which does not return.

# Name of this machine's release: bookworm or trixie. Fails on anything else.
debian_suite() {
  local suite
  # shellcheck source=/dev/null
  suite=$(. /etc/os-release 2>/dev/null && echo "${ID:-}/${VERSION_CODENAME:-}")
  case "$suite" in
    debian/bookworm | debian/trixie) echo "${suite#debian/}" ;;
    *) return 1 ;;
  esac
}

# unpack_packages DIRECTORY SUITE PACKAGE...
unpack_packages() {
  local target=$1 suite=$2 apt log deb
  shift 2
  mkdir -p "$target"
  apt=$(mktemp -d)
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/debs"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
    "$(debian_mirror)" "$suite" >"$apt/sources.list"
  local options=(-qq -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root
    -o Acquire::Languages=none -o Acquire::Retries=3
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
  log=$({ apt-get "${options[@]}" update && cd "$apt/debs" && apt-get "${options[@]}" download "$@"; } 2>&1) || {
    rm -rf "$apt"
    fail "cannot get the packages $* of Debian $suite: $log"
  }
  for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$target"; done
  rm -rf "$apt"
}

# The mirror that this machine is set to use, so that a company's own is respected.
debian_mirror() {
  local mirror
  mirror=$(apt-get indextargets --no-release-info --format "\$(REPO_URI) \$(RELEASE)" 'Identifier: Packages' |
    awk -v release="$(debian_suite)" '$2 == release { print $1; exit }')
  [ -n "$mirror" ] || fail "apt has no source for Debian $(debian_suite): see /etc/apt/sources.list"
  echo "$mirror"
}
