-- The publisher's side, in one statement and one row, for PostgreSQL 13 and later: its slots, and
-- the publications of the database one is connected to. Columns that not every version has are
-- read through jsonb, where a missing one is NULL.
WITH wal AS (
    SELECT
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END
            AS lsn
)
SELECT
    clock_timestamp() AS taken_at,
    current_setting('server_version') AS server_version,
    current_database()::text AS database,
    pg_wal_lsn_diff(wal.lsn, '0/0')::float8 AS wal_bytes,
    current_setting('max_replication_slots')::int AS max_slots,
    (SELECT count(*) FROM pg_replication_slots) AS slots_in_use,
    pg_size_bytes(nullif(current_setting('max_slot_wal_keep_size'), '-1'))::float8
        AS max_slot_wal_keep_bytes,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', slot.slot_name,
            'database', slot.database,
            'active', slot.active,
            'active_pid', slot.active_pid,
            'wal_status', slot.wal_status,
            'safe_wal_bytes', slot.safe_wal_size,
            'retained_wal_bytes', pg_wal_lsn_diff(wal.lsn, slot.restart_lsn),
            'inactive_since', to_jsonb(slot) ->> 'inactive_since', -- 17+
            'invalidation_reason', to_jsonb(slot) ->> 'invalidation_reason', -- 17+
            'sender_name', sender.application_name,
            'sender_start', sender.backend_start
        ) ORDER BY slot.slot_name), '[]')
        FROM pg_replication_slots AS slot
        LEFT JOIN LATERAL pg_stat_get_activity(coalesce(slot.active_pid, 0)) AS sender ON true
        WHERE slot.slot_type = 'logical' AND NOT slot.temporary
    ) AS slots,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', publication.pubname,
            'tables', (
                SELECT coalesce(jsonb_agg(format('%I.%I', published.schemaname, published.tablename)), '[]')
                FROM pg_publication_tables AS published
                WHERE published.pubname = publication.pubname
            ),
            'without_identity', (
                SELECT coalesce(jsonb_agg(format('%I.%I', published.schemaname, published.tablename)), '[]')
                FROM pg_publication_tables AS published
                JOIN pg_namespace AS namespace ON namespace.nspname = published.schemaname
                JOIN pg_class AS class
                    ON class.relnamespace = namespace.oid AND class.relname = published.tablename
                WHERE published.pubname = publication.pubname
                    AND (publication.pubupdate OR publication.pubdelete)
                    AND class.relkind = 'r'
                    AND class.relreplident <> 'f'
                    AND NOT EXISTS (
                        SELECT
                        FROM pg_index AS index
                        WHERE index.indrelid = class.oid
                            AND index.indisvalid
                            AND CASE class.relreplident
                                WHEN 'd' THEN index.indisprimary
                                WHEN 'i' THEN index.indisreplident
                                ELSE false
                            END
                    )
            )
        )), '[]')
        FROM pg_publication AS publication
    ) AS publications
FROM wal
