-- Lets the monitoring role log in by RDS IAM authentication, and no longer with a password; on a
-- subscriber or a publisher in Amazon RDS (elsewhere there is no role rds_iam).
--
--     psql -v role=replication_monitor -f database/monitoring_role_rds_iam.sql
--
-- Besides this it takes: IAM authentication switched on for the cluster, no SSM parameter
-- `password`, TLS (`sslmode` other than disable), and the role's name as the template's parameter
-- DatabaseUser, to which the function's rds-db:connect is confined.

\set ON_ERROR_STOP on

\if :{?role}
\else
    \set role replication_monitor
\endif

BEGIN;

GRANT rds_iam TO :"role";
ALTER ROLE :"role" PASSWORD NULL;

COMMIT;
