# Sourced. A PostgreSQL server for tests: on a socket in a folder of its own, without any network, gone afterwards.
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

# Starts it, sets SIDETONE_TEST_POSTGRES to its address, and has it stopped and its folder removed when the script ends.
start_postgres() {
  local programs
  programs=$(postgres_programs)
  [ -n "$programs" ] || die "PostgreSQL's programs are not to be found: install the package postgresql"
  postgres_folder=$(mktemp -d /tmp/sidetone-postgres.XXXXXX)
  trap stop_postgres EXIT
  if [ "$(id -u)" = 0 ]; then chown "$postgres_user" "$postgres_folder"; fi
  say "starting $("$programs/postgres" --version) in $postgres_folder"
  # What the tests store lives for minutes: durability is the one thing that is not asked of this server.
  (cd / && as_postgres "$programs/initdb" -D "$postgres_folder/data" -U sidetone -A trust -E UTF8 --locale=C --no-sync) \
    >"$postgres_folder/initdb.log" 2>&1 || die "initdb failed: $(tail -n 5 "$postgres_folder/initdb.log")"
  (cd / && as_postgres "$programs/pg_ctl" -D "$postgres_folder/data" -w -t 60 -l "$postgres_folder/data/log" \
    -o "-c listen_addresses= -c unix_socket_directories=$postgres_folder -c max_connections=200 -c fsync=off" start) \
    >"$postgres_folder/start.log" 2>&1 || die "PostgreSQL does not start: $(tail -n 5 "$postgres_folder/start.log")"
  export SIDETONE_TEST_POSTGRES="postgres://sidetone@${postgres_folder//\//%2F}/postgres"
}

stop_postgres() {
  local programs
  programs=$(postgres_programs)
  (cd / && as_postgres "$programs/pg_ctl" -D "$postgres_folder/data" -m immediate -w stop) >/dev/null 2>&1 || true
  rm -rf "$postgres_folder"
  unset SIDETONE_TEST_POSTGRES
}
