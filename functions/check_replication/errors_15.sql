-- PostgreSQL 15 and later count the errors of each subscription (pg_stat_subscription_stats).
WITH errors AS (
    SELECT
        stats.subid,
        subscription.subdisableonerr AS disable_on_error,
        stats.apply_error_count,
        stats.sync_error_count,
        stats.stats_reset
    FROM pg_stat_subscription_stats AS stats
    JOIN pg_subscription AS subscription ON subscription.oid = stats.subid
)
