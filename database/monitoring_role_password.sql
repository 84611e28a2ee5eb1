-- Lets the monitoring role log in with a password, on a subscriber or a publisher; also changes it.
--
--     psql -v role=replication_monitor -f database/monitoring_role_password.sql
--
-- psql asks for the password twice; without a terminal it reads two lines of its standard input.
-- What reaches the server, its log and pg_stat_statements is a SCRAM verifier, never the password.
-- Write the same password into the SSM parameter `password` (on a publisher `publisher/password`).
--
-- TLS is demanded by the server, not by the role: on Amazon RDS by the parameter rds.force_ssl,
-- elsewhere by `hostssl … scram-sha-256` in pg_hba.conf. The monitor verifies the server's
-- certificate unless told otherwise (`sslmode`).

\set ON_ERROR_STOP on

\if :{?role}
\else
    \set role replication_monitor
\endif

BEGIN;

-- On Amazon RDS a member of rds_iam cannot log in with a password. From 16 on a grant is taken back
-- in the name of the one who gave it.
SELECT format('REVOKE rds_iam FROM %I GRANTED BY %I', member.rolname, pg_get_userbyid(grantor))
FROM pg_auth_members
JOIN pg_roles AS granted ON granted.oid = roleid
JOIN pg_roles AS member ON member.oid = pg_auth_members.member
WHERE granted.rolname = 'rds_iam' AND member.rolname = :'role'
\gexec

SET LOCAL password_encryption = 'scram-sha-256';
\password :"role"

COMMIT;
