-- Layout "a database per subgraph": creates the role and the database of one subgraph, whose name they have. Run it once for
-- each subgraph, as a user that may create roles and databases:
--
--   psql "$ADMIN_URL" -v name=users -v password="$PASSWORD" -f deploy/postgres/database-of-subgraph.sql
--
-- and give the subgraph its URL: USERS_DATABASE=postgres://users:PASSWORD@HOST/users

\set ON_ERROR_STOP on

create role :"name" login password :'password';
grant :"name" to current_user; -- a managed server's administrator needs it to create what the role owns
create database :"name" owner :"name";
-- By default every role may connect to every database.
revoke all on database :"name" from public;
