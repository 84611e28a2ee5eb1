-- PostgreSQL 13 and 14 count no errors, and cannot disable a subscription on error or skip.
WITH errors AS (
    SELECT
        NULL::oid AS subid,
        NULL::boolean AS disable_on_error,
        NULL::text AS skip_lsn,
        NULL::bigint AS apply_error_count,
        NULL::bigint AS sync_error_count,
        '{}'::jsonb AS conflicts,
        NULL::timestamptz AS stats_reset
    WHERE false
)
