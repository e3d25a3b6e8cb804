# Sourced by run.sh and test.sh: makes sure that Debian packages and Swift are there.

say() { printf '==> %s\n' "$*" >&2; }

# need_packages NAME...: installs the Debian packages that are missing, and only those.
need_packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "installing Debian packages: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      say "please install them as root: apt-get install ${missing[*]}"
      return 1
    }
    as_root=(sudo)
  fi
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    say "the packages could not be installed; the whole log is in $log"
    return 1
  fi
  rm -f "$log"
}

# need_swift: checks that a Swift toolchain of at least 6.2 answers.
need_swift() {
  local version
  if ! version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+\.[0-9]+' | head -1); then
    say "Swift is missing; this needs Swift 6.3 (https://www.swift.org/install/linux/debian/12/)"
    return 1
  fi
  case "${version#Swift version }" in
    [0-5].* | 6.0 | 6.1) say "found $version, but this needs Swift 6.2 or newer"; return 1 ;;
  esac
}

# What building needs, beside Swift.
build_packages=(libx264-dev libturbojpeg0-dev zlib1g-dev pkg-config git ca-certificates)
