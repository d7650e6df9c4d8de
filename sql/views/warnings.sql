-- warnings: everything that did not go normally, one row a warning of an object.
--
-- Reads data/warnings/*.parquet of the run that the variable qsospec_run names (else of the working directory).
-- Files that no receipt names, which a crash may leave, are left out.
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW warnings AS
    SELECT
        run_id::VARCHAR AS run_id,
        object_key::VARCHAR AS object_key,
        object_id::VARCHAR AS object_id,
        section::VARCHAR AS section,
        recipe_id::VARCHAR AS recipe_id,
        code::VARCHAR AS code,
        severity::VARCHAR AS severity,
        message::VARCHAR AS message,
        context::STRUCT(key VARCHAR, value VARCHAR)[] AS context
    FROM (
        SELECT
            NULL::VARCHAR AS run_id,
            NULL::VARCHAR AS object_key,
            NULL::VARCHAR AS object_id,
            NULL::VARCHAR AS section,
            NULL::VARCHAR AS recipe_id,
            NULL::VARCHAR AS code,
            NULL::VARCHAR AS severity,
            NULL::VARCHAR AS message,
            NULL::STRUCT(key VARCHAR, value VARCHAR)[] AS context,
            NULL::VARCHAR AS filename
        FROM read_json(coalesce(getvariable('qsospec_run'), '.') || '/manifest.json', columns := {schema_version: 'VARCHAR'})
        WHERE false
        UNION ALL BY NAME
        SELECT *
        FROM read_parquet(coalesce(getvariable('qsospec_run'), '.') || '/data/warnings/*.parquet', union_by_name := true, allow_empty := true, filename := true)
    )
    SEMI JOIN run_parts ON run_parts.file = filename;

COMMENT ON COLUMN warnings.run_id IS 'Run that made the row';
COMMENT ON COLUMN warnings.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN warnings.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN warnings.section IS 'spectrum, continuum, complex, host or workflow';
COMMENT ON COLUMN warnings.recipe_id IS 'Line complex, where one is concerned';
COMMENT ON COLUMN warnings.code IS 'Code of warning_codes.csv';
COMMENT ON COLUMN warnings.severity IS 'info, warning or error';
COMMENT ON COLUMN warnings.message IS 'One sentence with the numbers of this case';
COMMENT ON COLUMN warnings.context IS 'Numbers behind the message, JSON values';
