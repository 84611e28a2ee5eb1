-- PostgreSQL 15 and later: errors are counted (pg_stat_subscription_stats), a subscription can
-- disable itself and skip a transaction. 19 renames one counter.
WITH errors AS (
    SELECT
        stats.subid,
        subscription.subdisableonerr AS disable_on_error,
        nullif(subscription.subskiplsn, '0/0')::text AS skip_lsn,
        stats.apply_error_count,
        coalesce(
            to_jsonb(stats) ->> 'sync_error_count',
            to_jsonb(stats) ->> 'sync_table_error_count'
        )::bigint AS sync_error_count,
        jsonb_strip_nulls(
            jsonb_build_object(
                -- 18+
                'update_missing', to_jsonb(stats) -> 'confl_update_missing',
                'delete_missing', to_jsonb(stats) -> 'confl_delete_missing',
                'update_origin_differs', to_jsonb(stats) -> 'confl_update_origin_differs',
                'delete_origin_differs', to_jsonb(stats) -> 'confl_delete_origin_differs'
            )
        ) AS conflicts,
        stats.stats_reset
    FROM pg_stat_subscription_stats AS stats
    JOIN pg_subscription AS subscription ON subscription.oid = stats.subid
)
