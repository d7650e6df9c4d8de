-- run_parts: the Parquet files that are the run, one row a file that a receipt names and that none retired.
--
-- Reads receipts/*.jsonl of the run that the variable qsospec_run names (else of the working directory), no Parquet.
-- A bundle without receipts, of qsospec 0.1.1, is what lies in its folders.
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW run_parts AS
    WITH log AS (
        SELECT NULL::VARCHAR AS filename, NULL::VARCHAR AS content
        WHERE false
        UNION ALL BY NAME
        FROM read_text(coalesce(getvariable('qsospec_run'), '.') || '/receipts/receipts-*.jsonl', allow_empty := true)
    ),
    receipt AS (
        -- What follows the last newline is torn, or is being written now.
        SELECT
            regexp_replace(filename, 'receipts.[^/]*$', '') AS run_path,
            unnest(string_split(content, chr(10))[:-2])::JSON -> 'commit' AS says
        FROM log
    ),
    part AS (
        SELECT run_path, says ->> 'task' AS task, unnest(json_extract(says, '$.parts[*]')) AS part
        FROM receipt
    ),
    retired AS (
        SELECT unnest(json_extract_string(says, '$.retires[*]')) AS path
        FROM receipt
    )
    SELECT
        part ->> 'table' AS table_name,
        part ->> 'path' AS path,
        run_path || (part ->> 'path') AS file,
        (part ->> 'rows')::BIGINT AS n_rows,
        (part ->> 'bytes')::BIGINT AS n_bytes,
        part ->> 'sha256' AS sha256,
        task
    FROM part
    WHERE part ->> 'path' NOT IN (SELECT path FROM retired)
    UNION ALL
    SELECT
        parse_path(file)[-2] AS table_name,
        'data/' || parse_path(file)[-2] || '/' || parse_filename(file) AS path,
        file,
        NULL::BIGINT AS n_rows,
        NULL::BIGINT AS n_bytes,
        NULL::VARCHAR AS sha256,
        NULL::VARCHAR AS task
    FROM glob(coalesce(getvariable('qsospec_run'), '.') || '/data/*/*.parquet')
    WHERE NOT EXISTS (FROM glob(coalesce(getvariable('qsospec_run'), '.') || '/receipts/receipts-*.jsonl'));

COMMENT ON COLUMN run_parts.table_name IS 'Table of the bundle';
COMMENT ON COLUMN run_parts.path IS 'Path in the run directory';
COMMENT ON COLUMN run_parts.file IS 'Path as read_parquet names it';
COMMENT ON COLUMN run_parts.n_rows IS 'Rows, by the receipt';
COMMENT ON COLUMN run_parts.n_bytes IS 'Size, by the receipt [byte]';
COMMENT ON COLUMN run_parts.sha256 IS 'SHA-256 of the file, by the receipt; qsospec-duck run verify compares it';
COMMENT ON COLUMN run_parts.task IS 'Task that made it';
