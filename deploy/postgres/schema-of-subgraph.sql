-- Layout "a schema per subgraph": creates the role and the schema of one subgraph, whose name they have, in the database that
-- the URL names. Run it once for each subgraph, as a user that may create roles, and owns the database:
--
--   psql "$ADMIN_URL" -v name=users -v password="$PASSWORD" -f deploy/postgres/schema-of-subgraph.sql
--
-- and give the subgraph its URL: USERS_DATABASE=postgres://users:PASSWORD@HOST/DATABASE. Its tables are created in its schema,
-- which PostgreSQL looks in first because it has the role's name.

\set ON_ERROR_STOP on

create role :"name" login password :'password';
grant :"name" to current_user; -- a managed server's administrator needs it to create what the role owns
create schema authorization :"name";
-- Nobody else reads a schema unless its owner grants it; and nobody creates tables in "public", which all could read.
revoke create on schema public from public;
revoke all on database :"DBNAME" from public;
grant connect on database :"DBNAME" to :"name";
