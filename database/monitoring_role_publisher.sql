-- The role the monitor logs in with on a publisher (parameters publisher/…). Run it as the
-- administrator, in the database that holds the publications, as often as wanted:
--
--     psql -v role=replication_monitor -f database/monitoring_role_publisher.sql
--
-- Then give the role its way to log in: monitoring_role_password.sql or monitoring_role_rds_iam.sql.
-- Needs no grant, because PUBLIC may read it (PostgreSQL 15 to 18):
--   pg_replication_slots, pg_publication, pg_publication_rel, pg_publication_namespace, pg_class,
--   pg_inherits, pg_index, pg_namespace, pg_current_wal_lsn().
-- pg_read_all_stats shows of pg_stat_get_activity: backend_start of the process that uses a slot,
-- which shows whose slot it is.

\set ON_ERROR_STOP on

BEGIN;

\ir monitoring_role.sql

COMMIT;
