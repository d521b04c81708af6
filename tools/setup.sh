# Shared by ./run and ./test, which source it from the repository's folder: what this machine lacks is installed,
# the virtual environment is made, its packages are installed with their hashes checked. All of it may run again.
# shellcheck shell=bash

missing=()   # Debian packages this machine lacks
python=""    # the Python that makes .venv

say() { printf '==> %s\n' "$*"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# The first Python that is new enough and can make a virtual environment; empty when there is none.
find_python() {
  local name
  for name in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    if [ -n "$name" ] && "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then python=$name; return; fi
  done
}

want_command() { command -v "$1" >/dev/null || missing+=("$2"); }

# Ordinary users rarely have ldconfig on their PATH; systems without it (no Linux) are left to WeasyPrint's own words.
want_library() {
  local known
  known=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null) || return 0
  [[ $known == *"$1 "* ]] || missing+=("$2")
}

# WeasyPrint draws the reports with these. The fonts come with the repository.
want_run() {
  find_python
  want_command python3 python3
  [ -n "$python" ] || missing+=(python3-venv)
  want_library libpango-1.0.so.0 libpango-1.0-0
  want_library libpangoft2-1.0.so.0 libpangoft2-1.0-0
  want_library libharfbuzz-subset.so.0 libharfbuzz-subset0
  want_command fc-list fontconfig
}

# The journeys need a browser (and the driver's Node needs libatomic), the database tests a PostgreSQL of their own, the
# tests of what is shipped for larger installations nginx, Redis, systemd's own checker, and openssl for a certificate.
# The tests start their own, on free ports of this machine; Debian may start the packages' services besides.
want_full_tests() {
  want_command chromium chromium
  want_library libatomic.so.1 libatomic1
  want_command pdftoppm poppler-utils
  tools/postgres.sh find >/dev/null || missing+=(postgresql)
  PATH=$PATH:/usr/sbin want_command nginx nginx
  want_command redis-server redis-server
  want_command systemd-analyze systemd
  want_command openssl openssl
}

install_missing() {
  [ ${#missing[@]} -gt 0 ] || return 0
  local get=(apt-get install -y --no-install-recommends "${missing[@]}") as=() able=no
  if [ "$(id -u)" = 0 ]; then able=yes
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then able=yes as=(sudo); fi
  if [ "$able" = no ] || ! command -v apt-get >/dev/null; then
    printf 'Missing on this machine: %s\n' "${missing[*]}" >&2
    printf 'An administrator installs them on Debian with:\n  sudo apt-get update && sudo %s\n' "${get[*]}" >&2
    die "start again when they are there; nothing was changed."
  fi
  say "Installing system packages: ${missing[*]}"
  as+=(env DEBIAN_FRONTEND=noninteractive)
  if ! "${as[@]}" apt-get update -qq ||
    ! "${as[@]}" "${get[@]}" -qq -o DPkg::Lock::Timeout=300 </dev/null >/dev/null
  then die "the system packages could not be installed (reason above)."; fi
  hash -r
  find_python
  [ -n "$python" ] || die "Python 3.11 or newer with its venv module is needed; python3 here is $(python3 -V 2>&1)."
}

# A virtual environment left half made, or made by a Python this system has since replaced, cannot import pip.
make_venv() {
  .venv/bin/python -c 'import pip' 2>/dev/null && return
  say "Making .venv with $("$python" -V)"
  "$python" -m venv --clear .venv
}

# install_python requirements.txt: what a requirements file pins, unless its stamp says that this was done.
install_python() {
  local stamp=.venv/.stamp-$1 sum
  sum=$(sha256sum <"$1")
  [ "$(cat "$stamp" 2>/dev/null)" != "$sum" ] || return 0
  say "Installing Python packages of $1"
  install_with_uv "$1" || {
    say "uv could not (reason above, if any): pip does it, more slowly"
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$1"
  } || die "the Python packages could not be installed (reason above). Start again to go on from here."
  printf '%s\n' "$sum" >"$stamp"
}

# uv does in seconds what takes pip minutes; where it cannot be had or fails, pip takes over.
install_with_uv() {
  .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r tools/uv.txt || return 1
  # uv reads neither pip's index setting nor, unless told, the system's certificates: offices behind a proxy and
  # readers of a nearby mirror have both.
  local index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null)}
  [ -z "$index" ] || export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$index}
  UV_SYSTEM_CERTS=1 UV_NO_PROGRESS=1 VIRTUAL_ENV=.venv \
    .venv/bin/python -m uv pip install -q --require-hashes -r "$1"
}

# Two set-ups in one folder take turns: each would break what the other is unpacking. Held until unlock_setup.
lock_setup() {
  exec 9>.setup.lock
  command -v flock >/dev/null || return 0
  flock -n 9 || { say "Another set-up is at work here; waiting for it"; flock 9; }
}

unlock_setup() { exec 9>&-; }

# set_up requirements.txt...: everything `missing` names, .venv, and the packages of each file.
set_up() {
  lock_setup
  install_missing
  make_venv
  local file
  for file in "$@"; do install_python "$file"; done
}
