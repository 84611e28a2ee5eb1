-- What monitoring_role_subscriber.sql and monitoring_role_publisher.sql have in common; run those.
-- A role that may log in and see what sessions do, and nothing else that PUBLIC may not; as yet
-- without a password.

\if :{?role}
\else
    -- The name the template's parameter DatabaseUser has by default.
    \set role replication_monitor
\endif

-- An existing role is taken over unless it has powers that no monitor needs: a mistyped name.
SELECT format(
    'DO %L',
    format('BEGIN RAISE EXCEPTION USING MESSAGE = %L; END', format(
        'role %I exists and is more than a monitoring role: choose another name', rolname
    ))
)
FROM pg_roles
WHERE rolname = :'role'
    AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)
\gexec

SELECT format('CREATE ROLE %I', :'role')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role')
\gexec

ALTER ROLE :"role" LOGIN INHERIT;

-- Against accidents with what PUBLIC may do, such as temporary tables. No barrier: a session may set
-- it back.
ALTER ROLE :"role" SET default_transaction_read_only = on;

-- CONNECT, for databases where PUBLIC has it no more: this one, and each that holds subscriptions,
-- because pg_subscription_rel shows the tables of its own database only. After a subscription in
-- another database, run the file again.
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', datname, :'role')
FROM pg_database
WHERE datname = current_database() OR oid IN (SELECT subdbid FROM pg_subscription)
\gexec

-- GRANT only warns where the administrator may not grant, being neither the owner nor a member of it.
SELECT format(
    'DO %L',
    format('BEGIN RAISE EXCEPTION USING MESSAGE = %L; END', format(
        'role %I cannot enter database %I: run this file as a member of its owner, %I',
        :'role', datname, pg_get_userbyid(datdba)
    ))
)
FROM pg_database
WHERE (datname = current_database() OR oid IN (SELECT subdbid FROM pg_subscription))
    AND NOT has_database_privilege(:'role', oid, 'CONNECT')
\gexec

-- Of the three roles in pg_monitor the only one that shows the monitor anything. From 16 on: to have
-- its privileges, not to become it or hand it on.
SELECT :SERVER_VERSION_NUM >= 160000 AS has_membership_options
\gset
\if :has_membership_options
    GRANT pg_read_all_stats TO :"role" WITH ADMIN FALSE, INHERIT TRUE, SET FALSE;
\else
    GRANT pg_read_all_stats TO :"role";
\endif
