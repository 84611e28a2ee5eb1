-- The role the monitor logs in with on a subscriber. Run it as the administrator (on Aurora the
-- master user, a member of rds_superuser), in any database, as often as wanted:
--
--     psql -v role=replication_monitor -f database/monitoring_role_subscriber.sql
--
-- Then give the role its way to log in: monitoring_role_password.sql or monitoring_role_rds_iam.sql.
-- Needs no grant, because PUBLIC may read it (PostgreSQL 15 to 18):
--   pg_subscription without subconninfo, pg_subscription_rel, pg_stat_subscription,
--   pg_stat_subscription_stats, pg_locks, pg_database, pg_class, pg_namespace.

\set ON_ERROR_STOP on

SELECT :SERVER_VERSION_NUM >= 160000 AS has_membership_options
\gset

BEGIN;

\ir monitoring_role.sql

-- pg_stat_get_activity: wait_event and backend_start of apply workers, and the query of a session
-- that blocks one. Of the three roles in pg_monitor the only one that shows the monitor anything.
\if :has_membership_options
    -- 16 and later: to have its privileges, not to become it or hand it on.
    GRANT pg_read_all_stats TO :"role" WITH ADMIN FALSE, INHERIT TRUE, SET FALSE;
\else
    GRANT pg_read_all_stats TO :"role";
\endif

COMMIT;
