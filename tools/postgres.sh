#!/usr/bin/env bash
# A throw-away PostgreSQL for the tests, run by an ordinary user on a free port of this machine.
#   tools/postgres.sh find       prints the folder of the server's programs; fails when there is none
#   tools/postgres.sh start      prints its folder, then its address, one a line
#   tools/postgres.sh stop DIR   ends it and removes the folder that start printed
set -euo pipefail

# Debian keeps them out of the PATH, one folder per version; the newest wins.
programs() {
  local initdb
  initdb=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
  [ -x "$initdb" ] || initdb=$(command -v initdb) || return 1
  dirname "$initdb"
}

# PostgreSQL refuses to run as root, so root becomes the user that Debian's package made.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start() {
  local bin dir port password options
  bin=$(programs)
  dir=$(mktemp -d /tmp/xinsheng-postgres.XXXXXX)
  # Every user of this machine can reach the port: hence a password, although nothing here is worth keeping.
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s\n' "$password" >"$dir/password"
  if [ "$(id -u)" = 0 ]; then chown -R postgres "$dir"; fi
  cd /
  as_owner "$bin/initdb" -D "$dir/data" -U tests --pwfile "$dir/password" -A scram-sha-256 -E UTF8 --locale C.UTF-8 \
    --no-sync >"$dir/initdb.log" 2>&1 || { cat "$dir/initdb.log" >&2; return 1; }
  # It is thrown away: speed over durability. No socket file, so that no long path can be too long for one.
  options="-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=100"
  options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
  for _ in 1 2 3; do  # another program may take the free port first
    port=$(free_port)
    if as_owner "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/data/server.log" -o "-p $port $options" start >/dev/null; then
      printf '%s\npostgresql+psycopg://tests:%s@127.0.0.1:%s/postgres\n' "$dir" "$password" "$port"
      return
    fi
  done
  cat "$dir/data/server.log" >&2
  return 1
}

stop() {
  local dir=$1 bin
  [ -f "$dir/data/PG_VERSION" ] || { echo "postgres.sh: $dir was not made by start" >&2; return 1; }
  bin=$(programs)
  cd /
  as_owner "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null || true
  rm -rf "$dir"
}

case ${1:-} in
  find) programs ;;
  start) start ;;
  stop) stop "${2:?the folder that start printed}" ;;
  *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
esac
