-- failures: spectra that could not be fitted, with the exception.
--
-- Reads data/failures/*.parquet of the run that the variable qsospec_run names (else of the working directory).
-- Files that no receipt names, which a crash may leave, are left out.
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW failures AS
    SELECT
        run_id::VARCHAR AS run_id,
        object_key::VARCHAR AS object_key,
        object_id::VARCHAR AS object_id,
        source::VARCHAR AS source,
        row_index::BIGINT AS row_index,
        exception_type::VARCHAR AS exception_type,
        message::VARCHAR AS message,
        traceback::VARCHAR AS traceback,
        failed_at::VARCHAR AS failed_at,
        metadata::STRUCT(key VARCHAR, value VARCHAR)[] AS metadata
    FROM (
        SELECT
            NULL::VARCHAR AS run_id,
            NULL::VARCHAR AS object_key,
            NULL::VARCHAR AS object_id,
            NULL::VARCHAR AS source,
            NULL::BIGINT AS row_index,
            NULL::VARCHAR AS exception_type,
            NULL::VARCHAR AS message,
            NULL::VARCHAR AS traceback,
            NULL::VARCHAR AS failed_at,
            NULL::STRUCT(key VARCHAR, value VARCHAR)[] AS metadata,
            NULL::VARCHAR AS filename
        FROM read_json(coalesce(getvariable('qsospec_run'), '.') || '/manifest.json', columns := {schema_version: 'VARCHAR'})
        WHERE false
        UNION ALL BY NAME
        SELECT *
        FROM read_parquet(coalesce(getvariable('qsospec_run'), '.') || '/data/failures/*.parquet', union_by_name := true, allow_empty := true, filename := true)
    )
    SEMI JOIN run_parts ON run_parts.file = filename;

COMMENT ON COLUMN failures.run_id IS 'Run that made the row';
COMMENT ON COLUMN failures.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN failures.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN failures.source IS 'File it was read from';
COMMENT ON COLUMN failures.row_index IS 'Row in that file';
COMMENT ON COLUMN failures.exception_type IS 'Class of the exception';
COMMENT ON COLUMN failures.message IS 'Its message';
COMMENT ON COLUMN failures.traceback IS 'Its traceback';
COMMENT ON COLUMN failures.failed_at IS 'UTC time';
COMMENT ON COLUMN failures.metadata IS 'Context, JSON values';
