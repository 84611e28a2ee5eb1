-- What each initial copy of a table of this database does that is under way and not done, for
-- PostgreSQL 14 and later. Asked only where somebody copies. The blocker's query is stripped of its
-- literals as in subscriber.sql.
SELECT
    stat.subid::bigint AS oid,
    stat.relid::bigint AS table_oid,
    jsonb_build_array(namespace.nspname, class.relname) AS name,
    stat.pid,
    activity.backend_start AS started,
    activity.wait_event_type,
    activity.wait_event,
    progress.tuples_processed AS rows,
    progress.bytes_processed AS bytes,
    blocked.*
FROM pg_stat_subscription AS stat
JOIN pg_subscription AS subscription ON subscription.oid = stat.subid
JOIN pg_database AS database
    ON database.oid = subscription.subdbid AND database.datname = current_database()
JOIN pg_subscription_rel AS relation
    ON relation.srsubid = stat.subid
    AND relation.srrelid = stat.relid
    AND relation.srsubstate IN ('i', 'd')
JOIN pg_class AS class ON class.oid = stat.relid
JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
LEFT JOIN LATERAL pg_stat_get_activity(stat.pid) AS activity ON true
LEFT JOIN pg_stat_progress_copy AS progress ON progress.pid = stat.pid
LEFT JOIN LATERAL (
    SELECT
        blocker.pid AS blocker_pid,
        pg_get_userbyid(activity.usesysid)::text AS blocker_user,
        activity.application_name AS blocker_application,
        left(
            regexp_replace(
                encode(textsend(activity.query), 'escape'),
                $re$'([^']|'')*('|$)|\$((?:\w|\\\d{3})*)\$.*?(\$\3\$|$)$re$,
                '''...''',
                'g'
            ),
            1200
        ) AS blocker_query,
        extract(epoch FROM clock_timestamp() - activity.xact_start)::float8 AS blocker_age_seconds,
        (
            SELECT min((to_jsonb(lock) ->> 'waitstart')::timestamptz)
            FROM pg_locks AS lock
            WHERE lock.pid = stat.pid AND NOT lock.granted
        ) AS blocked_since
    FROM unnest(pg_blocking_pids(stat.pid)) AS blocker (pid)
    LEFT JOIN LATERAL pg_stat_get_activity(blocker.pid) AS activity ON true
    ORDER BY blocker.pid <> 0, activity.xact_start
    LIMIT 1
) AS blocked ON true
ORDER BY stat.subid, stat.relid
