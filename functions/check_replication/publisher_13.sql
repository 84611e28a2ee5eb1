-- PostgreSQL 13 and 14: a publication lists tables, and nothing else.
WITH RECURSIVE listed AS (
    SELECT prpubid AS pubid, prrelid AS relid
    FROM pg_publication_rel
)
