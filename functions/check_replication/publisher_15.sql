-- PostgreSQL 15 and later: a publication lists tables and schemas.
WITH RECURSIVE listed AS (
    SELECT prpubid AS pubid, prrelid AS relid
    FROM pg_publication_rel
    UNION
    SELECT schema.pnpubid, class.oid
    FROM pg_publication_namespace AS schema
    JOIN pg_class AS class ON class.relnamespace = schema.pnnspid
    WHERE class.relkind IN ('r', 'p') AND class.relpersistence = 'p' AND class.oid >= 16384
)
