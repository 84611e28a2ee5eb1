-- The subscriber's side, in one statement: a row per subscription of the cluster, or one row of
-- server facts alone where there is none. pg_subscription and pg_stat_subscription are those of the
-- whole cluster; `tables` is known only in the subscription's own database, elsewhere NULL.
-- `errors` is prepended: errors_15.sql or errors_13.sql. Columns that not every version has are
-- read through jsonb, where a missing one is NULL. pg_stat_get_activity(pid) is what pg_stat_activity
-- is made of: the view costs a new connection two milliseconds more.
, worker AS (
    SELECT
        stat.*,
        (to_jsonb(stat) ->> 'leader_pid')::int AS leader_pid_16,
        activity.backend_start,
        activity.wait_event_type,
        activity.wait_event
    FROM pg_stat_subscription AS stat
    LEFT JOIN LATERAL pg_stat_get_activity(stat.pid) AS activity ON true
    WHERE stat.pid IS NOT NULL
)
SELECT
    clock_timestamp() AS taken_at,
    current_setting('server_version') AS server_version,
    pg_is_in_recovery() AS in_recovery,
    pg_has_role('pg_read_all_stats', 'USAGE') AS sees_activity,
    extract(epoch FROM current_setting('wal_retrieve_retry_interval')::interval)::float8
        AS wal_retrieve_retry_seconds,
    extract(epoch FROM current_setting('wal_receiver_timeout')::interval)::float8
        AS wal_receiver_timeout_seconds,
    current_setting('max_logical_replication_workers')::int AS max_workers,
    (SELECT count(*) FROM worker) AS workers_in_use,
    subscription.oid::bigint AS oid,
    subscription.subname::text AS name,
    database.datname::text AS database,
    subscription.subenabled AS enabled,
    subscription.subslotname::text AS slot_name,
    subscription.subpublications AS publications,
    errors.disable_on_error,
    errors.skip_lsn,
    errors.apply_error_count,
    errors.sync_error_count,
    errors.conflicts,
    errors.stats_reset,
    leader.pid AS worker_pid,
    leader.backend_start AS worker_start,
    leader.received_lsn::text AS received_lsn,
    leader.last_msg_send_time,
    leader.last_msg_receipt_time,
    leader.latest_end_lsn::text AS latest_end_lsn,
    leader.wait_event_type,
    leader.wait_event,
    blocked.since AS blocked_since,
    blocked.pid AS blocker_pid,
    blocked.usename::text AS blocker_user,
    blocked.application_name AS blocker_application,
    blocked.query AS blocker_query,
    blocked.age_seconds AS blocker_age_seconds,
    tables.document AS tables
FROM (VALUES (1)) AS server (dummy)
LEFT JOIN pg_subscription AS subscription ON true
LEFT JOIN pg_database AS database ON database.oid = subscription.subdbid
LEFT JOIN errors ON errors.subid = subscription.oid
-- The leader: not a table synchronisation worker (relid), not a parallel apply worker (16+).
LEFT JOIN worker AS leader
    ON leader.subid = subscription.oid
    AND leader.relid IS NULL
    AND leader.leader_pid_16 IS NULL
-- Who holds the lock that an apply worker waits for; without pg_read_all_stats only its pid, which
-- is 0 for a prepared transaction (prepared.sql).
LEFT JOIN LATERAL (
    SELECT
        blocker.pid,
        pg_get_userbyid(activity.usesysid) AS usename,
        activity.application_name,
        -- Literals stay in the database: quoted, dollar-quoted, and cut off by track_activity_query_size.
        -- The query of another database has that one's encoding, and read as this one's a letter
        -- could swallow a quote: so its bytes are examined (escape format, ASCII).
        left(
            regexp_replace(
                encode(textsend(activity.query), 'escape'),
                $re$'([^']|'')*('|$)|\$((?:\w|\\\d{3})*)\$.*?(\$\3\$|$)$re$,
                '''...''',
                'g'
            ),
            1200
        ) AS query,
        extract(epoch FROM clock_timestamp() - activity.xact_start)::float8 AS age_seconds,
        (
            -- waitstart: 14+
            SELECT min((to_jsonb(lock) ->> 'waitstart')::timestamptz)
            FROM pg_locks AS lock
            WHERE lock.pid = worker.pid AND NOT lock.granted
        ) AS since
    FROM worker
    CROSS JOIN LATERAL unnest(pg_blocking_pids(worker.pid)) AS blocker (pid)
    LEFT JOIN LATERAL pg_stat_get_activity(blocker.pid) AS activity ON true
    WHERE worker.subid = subscription.oid
        AND worker.relid IS NULL
        AND coalesce(worker.wait_event_type, 'Lock') = 'Lock'
    -- A prepared transaction (pid 0) never waits itself, and does not end by itself.
    ORDER BY blocker.pid <> 0, activity.xact_start
    LIMIT 1
) AS blocked ON true
LEFT JOIN LATERAL (
    SELECT jsonb_build_object(
        'names', coalesce(jsonb_agg(known.name), '[]'),
        'pending', coalesce(jsonb_agg(known.name) FILTER (WHERE known.state <> 'r'), '[]'),
        'copying', coalesce(
            jsonb_object_agg(known.oid::text, known.worker_pid) FILTER (WHERE known.worker_pid IS NOT NULL),
            '{}'
        ),
        'unfinished', coalesce(jsonb_agg(known.oid::bigint) FILTER (WHERE known.state IN ('i', 'd', 'f')), '[]')
    ) AS document
    FROM (
        SELECT
            jsonb_build_array(namespace.nspname, class.relname) AS name,
            relation.srrelid AS oid,
            relation.srsubstate AS state,
            worker.pid AS worker_pid
        FROM pg_subscription_rel AS relation
        JOIN pg_class AS class ON class.oid = relation.srrelid
        JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
        LEFT JOIN worker ON worker.subid = relation.srsubid AND worker.relid = relation.srrelid
        WHERE relation.srsubid = subscription.oid
    ) AS known
) AS tables ON database.datname = current_database()
ORDER BY subscription.subname, subscription.oid
