#!/bin/sh
# Entry of a container that stands in for the official image of PostgreSQL, on this machine's programs: does with the variables and
# the folder /docker-entrypoint-initdb.d what that image does.
set -eu
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
data=/var/lib/postgresql/data
if ! [ -s "$data/PG_VERSION" ]; then
  echo "$POSTGRES_PASSWORD" >/tmp/password
  initdb --pgdata="$data" --username=postgres --pwfile=/tmp/password --auth-host=scram-sha-256 --locale=C.UTF-8 --no-sync
  echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
  pg_ctl --pgdata="$data" --options='-h ""' --wait start
  createdb --username=postgres "$POSTGRES_DB"
  for script in /docker-entrypoint-initdb.d/*.sh; do "$script"; done
  pg_ctl --pgdata="$data" --mode=fast --wait stop
fi
exec postgres -D "$data" -h '*' -c fsync=off
