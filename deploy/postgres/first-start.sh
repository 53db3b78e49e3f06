#!/bin/sh
# Creates the role and the schema of each subgraph when the database of deploy/compose.yaml is new. Run by the image of PostgreSQL.
set -eu
for name in users orders products; do
  password=$(printenv "$(echo "$name" | tr '[:lower:]-' '[:upper:]_')_PASSWORD")
  psql --username=postgres --dbname="$POSTGRES_DB" --set=name="$name" --set=password="$password" \
    --file=/docker-entrypoint-initdb.d/sql/schema-of-subgraph.sql
done
