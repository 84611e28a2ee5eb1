-- The oldest prepared transaction that holds a lock an apply worker waits for, by subscription. Asked
-- only where pg_blocking_pids() has a 0, which is all it has of them. Who holds a lock together with
-- pid NULL has its own transaction id locked under the same virtual one. (The manual's join by
-- '-1/<transaction>' holds only after a restart.)
WITH waiting AS (
    SELECT worker.subid, lock.*
    FROM pg_stat_subscription AS worker
    JOIN pg_locks AS lock ON lock.pid = worker.pid AND NOT lock.granted
    WHERE worker.relid IS NULL
)
SELECT DISTINCT ON (waiting.subid)
    waiting.subid::bigint AS oid,
    encode(textsend(prepared.gid), 'escape') AS gid,
    prepared.owner::text AS owner,
    extract(epoch FROM clock_timestamp() - prepared.prepared)::float8 AS age_seconds
FROM waiting
JOIN pg_locks AS held
    ON held.granted
    AND held.pid IS NULL
    AND (
        held.locktype, held.database, held.relation, held.page, held.tuple, held.virtualxid,
        held.transactionid, held.classid, held.objid, held.objsubid
    ) IS NOT DISTINCT FROM (
        waiting.locktype, waiting.database, waiting.relation, waiting.page, waiting.tuple,
        waiting.virtualxid, waiting.transactionid, waiting.classid, waiting.objid, waiting.objsubid
    )
JOIN pg_locks AS own
    ON own.granted
    AND own.pid IS NULL
    AND own.locktype = 'transactionid'
    AND own.virtualtransaction = held.virtualtransaction
JOIN pg_prepared_xacts AS prepared ON prepared.transaction = own.transactionid
-- Of the modes that an apply worker waits in, by the manual's table of conflicts (13.3.1).
WHERE CASE waiting.mode
    WHEN 'RowExclusiveLock' THEN held.mode IN (
        'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'
    )
    WHEN 'AccessExclusiveLock' THEN true
    ELSE held.mode NOT IN ('AccessShareLock', 'RowShareLock')
END
ORDER BY waiting.subid, prepared.prepared
