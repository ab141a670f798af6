# Sourced. A PostgreSQL server for tests: in a folder of its own, on a free port of this machine, gone afterwards.
# shellcheck shell=bash

# The server's programs do not run as root, so root lends them a user without rights.
postgres_user=postgres

# The newest of Debian's versions (which leaves these programs off PATH), else what is on PATH.
postgres_programs() {
  local folder
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
    if [ -x "$folder/initdb" ]; then
      printf '%s\n' "$folder"
      return
    fi
  done
  dirname "$(command -v initdb)" 2>/dev/null
}

as_postgres() {
  if [ "$(id -u)" = 0 ]; then runuser -u "$postgres_user" -- "$@"; else "$@"; fi
}

# A port on which nothing listens, below those that the system gives to connections that go out.
free_port() {
  local port
  for _ in {1..50}; do
    port=$((RANDOM % 12000 + 20000))
    # Nobody takes a connection there.
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
      printf '%d\n' "$port"
      return
    }
  done
  return 1
}

# Starts it, sets SIDETONE_TEST_POSTGRES to its address, and has it stopped and its folder removed when the script ends.
start_postgres() {
  local programs password port
  programs=$(postgres_programs)
  [ -n "$programs" ] || die "PostgreSQL's programs are not to be found: install the package postgresql"
  postgres_folder=$(mktemp -d /tmp/sidetone-postgres.XXXXXX)
  trap stop_postgres EXIT
  # Whoever else is on this machine reaches the port, too.
  password=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n')
  (umask 077 && printf '%s\n' "$password" >"$postgres_folder/password")
  if [ "$(id -u)" = 0 ]; then chown -R "$postgres_user" "$postgres_folder"; fi
  say "starting $("$programs/postgres" --version) in $postgres_folder"
  # What the tests store lives for minutes: durability is the one thing that is not asked of this server.
  (cd / && as_postgres "$programs/initdb" -D "$postgres_folder/data" -U sidetone -A scram-sha-256 \
    --pwfile="$postgres_folder/password" -E UTF8 --locale=C --no-sync) \
    >"$postgres_folder/initdb.log" 2>&1 || die "initdb failed: $(tail -n 5 "$postgres_folder/initdb.log")"
  # Between looking and starting somebody may have taken the port: then another one.
  for _ in {1..5}; do
    port=$(free_port) || die "no port between 20000 and 32000 is free"
    if (cd / && as_postgres "$programs/pg_ctl" -D "$postgres_folder/data" -w -t 60 -l "$postgres_folder/data/log" \
      -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=200 -c fsync=off" \
      start) >"$postgres_folder/start.log" 2>&1; then
      export SIDETONE_TEST_POSTGRES="postgres://sidetone:$password@127.0.0.1:$port/postgres"
      return
    fi
  done
  die "PostgreSQL does not start: $(tail -n 5 "$postgres_folder/data/log" "$postgres_folder/start.log")"
}

stop_postgres() {
  local programs
  programs=$(postgres_programs)
  (cd / && as_postgres "$programs/pg_ctl" -D "$postgres_folder/data" -m immediate -w stop) >/dev/null 2>&1 || true
  rm -rf "$postgres_folder"
  unset SIDETONE_TEST_POSTGRES
}
