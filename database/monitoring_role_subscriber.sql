-- The role the monitor logs in with on a subscriber. Run it as the administrator (on Aurora the
-- master user, a member of rds_superuser), in any database, as often as wanted:
--
--     psql -v role=replication_monitor -f database/monitoring_role_subscriber.sql
--
-- Then give the role its way to log in: monitoring_role_password.sql or monitoring_role_rds_iam.sql.
-- Needs no grant, because PUBLIC may read it (PostgreSQL 15 to 18):
--   pg_subscription without subconninfo, pg_subscription_rel, pg_stat_subscription,
--   pg_stat_subscription_stats, pg_locks, pg_database, pg_class, pg_namespace.
-- pg_read_all_stats shows of pg_stat_get_activity: wait_event and backend_start of apply workers,
-- and the query of a session that blocks one.

\set ON_ERROR_STOP on

BEGIN;

\ir monitoring_role.sql

COMMIT;
