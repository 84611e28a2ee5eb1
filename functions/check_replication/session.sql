-- Goes before every statement, in one message with it: one round trip, one transaction. What a role,
-- a database or another user of a pooled session has SET changes neither what the statement means
-- nor how its answer is written, and nothing stays behind. Settings that every version has; written
-- without backslashes, which standard_conforming_strings could change.
SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY, NOT DEFERRABLE;
SET LOCAL application_name = 'logical-replication-monitor';
SET LOCAL statement_timeout = '5s';
SET LOCAL lock_timeout = 0;
-- Temporary tables are searched first unless they are named.
SET LOCAL search_path = pg_catalog, pg_temp;
SET LOCAL exit_on_error = off;
SET LOCAL DateStyle = 'ISO';
SET LOCAL IntervalStyle = 'postgres';
SET LOCAL TimeZone = 'UTC';
SET LOCAL extra_float_digits = 1;
-- Compiling takes longer than the statement; workers are what replication needs.
SET LOCAL jit = off;
SET LOCAL max_parallel_workers_per_gather = 0;
