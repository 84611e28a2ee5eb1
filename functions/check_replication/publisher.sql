-- The publisher's side, in one statement and one row, for PostgreSQL 13 and later: its slots, and
-- the publications of the database one is connected to. `listed` is prepended: publisher_15.sql or
-- publisher_13.sql. Columns that not every version has are read through jsonb, where a missing one
-- is NULL.
--
-- What is published is what pg_publication_tables says, read from the catalogs alone: the view
-- opens every table (from 16 on), and so waits for whoever locks one. By the source of PostgreSQL
-- (pg_publication.c): permanent user tables are publishable, user objects begin at oid 16384.
, tree AS (
    -- What is listed, and all partitions below it.
    SELECT pubid, relid, false AS below
    FROM listed
    UNION
    SELECT tree.pubid, inherits.inhrelid, true
    FROM tree
    JOIN pg_inherits AS inherits ON inherits.inhparent = tree.relid
    JOIN pg_class AS class ON class.oid = inherits.inhrelid
    WHERE class.relispartition
        AND (to_jsonb(inherits) ->> 'inhdetachpending')::boolean IS NOT TRUE -- 14+
),
reach AS (
    -- `below` are the partitions whose root, or what is between, is published as well.
    SELECT tree.pubid, tree.relid, bool_or(tree.below) AS below
    FROM tree
    JOIN pg_publication AS publication ON publication.oid = tree.pubid
    WHERE NOT publication.puballtables
    GROUP BY tree.pubid, tree.relid
    UNION ALL
    -- What a publication of all tables lists are its exceptions (EXCEPT TABLE, 19+).
    SELECT publication.oid, class.oid, class.relispartition
    FROM pg_publication AS publication
    JOIN pg_class AS class
        ON class.relkind IN ('r', 'p') AND class.relpersistence = 'p' AND class.oid >= 16384
    WHERE publication.puballtables
        AND NOT EXISTS (
            SELECT
            FROM tree
            WHERE tree.pubid = publication.oid AND tree.relid = class.oid
        )
),
published AS (
    SELECT
        reach.pubid,
        jsonb_agg(jsonb_build_array(namespace.nspname, class.relname)) FILTER (
            WHERE CASE
                WHEN publication.pubviaroot THEN NOT reach.below
                ELSE class.relkind <> 'p'
            END
        ) AS tables,
        -- Updates and deletes fail where the changed rows are: also in a partition whose changes
        -- are published as its root's.
        jsonb_agg(jsonb_build_array(namespace.nspname, class.relname)) FILTER (
            WHERE (publication.pubupdate OR publication.pubdelete)
                AND class.relkind = 'r'
                AND class.relpersistence = 'p'
                AND class.relreplident <> 'f'
                AND NOT EXISTS (
                    SELECT
                    FROM pg_index AS index
                    WHERE index.indrelid = class.oid
                        AND index.indisvalid
                        AND index.indimmediate
                        AND CASE class.relreplident
                            WHEN 'd' THEN index.indisprimary
                            WHEN 'i' THEN index.indisreplident
                            ELSE false
                        END
                )
        ) AS without_identity
    FROM reach
    JOIN pg_publication AS publication ON publication.oid = reach.pubid
    JOIN pg_class AS class ON class.oid = reach.relid
    JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
    GROUP BY reach.pubid
),
wal AS (
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
            'confirmed_bytes', pg_wal_lsn_diff(slot.confirmed_flush_lsn, '0/0'),
            'inactive_since', to_jsonb(slot) ->> 'inactive_since', -- 17+
            'invalidation_reason', to_jsonb(slot) ->> 'invalidation_reason', -- 17+
            -- 17+; a leftover of the time as a standby means nothing on a primary.
            'is_synced', pg_is_in_recovery()
                AND coalesce((to_jsonb(slot) ->> 'synced')::boolean, false),
            'sender_name', sender.application_name,
            'sender_start', sender.backend_start,
            'sender_wait_event_type', sender.wait_event_type,
            'sender_wait_event', sender.wait_event
        ) ORDER BY slot.slot_name), '[]')
        FROM pg_replication_slots AS slot
        LEFT JOIN LATERAL pg_stat_get_activity(coalesce(slot.active_pid, 0)) AS sender ON true
        WHERE slot.slot_type = 'logical' AND NOT slot.temporary
    ) AS slots,
    (
        -- 17+: WAL is not sent to failover slots' subscribers before these standbys have it.
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', listed.name,
            'active', coalesce(physical.active, false),
            'restart_bytes', pg_wal_lsn_diff(physical.restart_lsn, '0/0')
        ) ORDER BY listed.name), '[]')
        FROM unnest(string_to_array(current_setting('synchronized_standby_slots', true), ',')) AS item
        CROSS JOIN LATERAL btrim(item, ' "') AS listed (name)
        LEFT JOIN pg_replication_slots AS physical
            ON physical.slot_name = listed.name AND physical.slot_type = 'physical'
        WHERE listed.name <> ''
    ) AS standby_slots,
    (
        -- The senders of initial copies under way, which have the names of their slots. A sender that
        -- makes such a slot waits for older transactions; it is not asked for where no copy is.
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', sender.application_name,
            'start', sender.backend_start,
            'wait_event_type', sender.wait_event_type,
            'blocker_pid', blocked.pid,
            'blocker_user', blocked.usename,
            'blocker_age_seconds', blocked.age_seconds
        ) ORDER BY sender.pid), '[]')
        FROM pg_stat_get_activity(NULL) AS sender
        LEFT JOIN LATERAL (
            SELECT
                blocker.pid,
                pg_get_userbyid(activity.usesysid)::text AS usename,
                extract(epoch FROM clock_timestamp() - activity.xact_start)::float8 AS age_seconds
            FROM unnest(pg_blocking_pids(sender.pid)) AS blocker (pid)
            LEFT JOIN LATERAL pg_stat_get_activity(blocker.pid) AS activity ON true
            WHERE blocker.pid <> 0
            ORDER BY activity.xact_start
            LIMIT 1
        ) AS blocked ON true
        WHERE (SELECT count(*) FROM pg_replication_slots WHERE slot_name ~ '^pg_[0-9]+_sync_') > 0
            AND sender.application_name ~ '^pg_[0-9]+_sync_[0-9]+'
    ) AS copy_senders,
    (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'name', publication.pubname,
            'tables', coalesce(published.tables, '[]'),
            'without_identity', coalesce(published.without_identity, '[]')
        )), '[]')
        FROM pg_publication AS publication
        LEFT JOIN published ON published.pubid = publication.oid
    ) AS publications
FROM wal
