-- Removes the monitoring role and what it was granted, on a subscriber or a publisher.
--
--     psql -v role=replication_monitor -f database/monitoring_role_drop.sql
--
-- A role that owns or may do anything else is left alone: PostgreSQL says what stands in the way.

\set ON_ERROR_STOP on

\if :{?role}
\else
    \set role replication_monitor
\endif

BEGIN;

SELECT format('REVOKE CONNECT ON DATABASE %I FROM %I', datname, rolname)
FROM pg_database
CROSS JOIN pg_roles
WHERE rolname = :'role'
    AND EXISTS (SELECT FROM aclexplode(datacl) WHERE grantee = pg_roles.oid)
\gexec

DROP ROLE IF EXISTS :"role";

COMMIT;
