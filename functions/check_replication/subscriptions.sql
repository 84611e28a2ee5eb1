-- Every subscription of the cluster with its leader apply worker, in one row each; one row of
-- server facts alone where there is no subscription. pg_subscription is shared by all databases,
-- so one connection sees them all. `errors` is prepended: errors_15.sql or errors_13.sql.
SELECT
    clock_timestamp() AS taken_at,
    current_setting('server_version') AS server_version,
    pg_is_in_recovery() AS in_recovery,
    (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_retrieve_retry_interval')
        AS wal_retrieve_retry_ms,
    subscription.oid::bigint AS oid,
    subscription.subname::text AS name,
    database.datname::text AS database,
    subscription.subenabled AS enabled,
    subscription.subslotname::text AS slot_name,
    errors.disable_on_error,
    worker.pid AS worker_pid,
    worker.received_lsn::text AS received_lsn,
    worker.last_msg_send_time,
    worker.last_msg_receipt_time,
    worker.latest_end_lsn::text AS latest_end_lsn,
    worker.latest_end_time,
    errors.apply_error_count,
    errors.sync_error_count,
    errors.stats_reset
FROM (VALUES (1)) AS server (dummy)
LEFT JOIN pg_subscription AS subscription ON true
LEFT JOIN pg_database AS database ON database.oid = subscription.subdbid
LEFT JOIN errors ON errors.subid = subscription.oid
-- The leader: not a table synchronisation worker (relid) and not a parallel apply worker
-- (leader_pid, from 16 on; read through jsonb because older versions lack the column).
LEFT JOIN pg_stat_subscription AS worker
    ON worker.subid = subscription.oid
    AND worker.relid IS NULL
    AND to_jsonb(worker) ->> 'leader_pid' IS NULL
ORDER BY subscription.subname, subscription.oid
