-- inputs: what was offered to the run, one row a spectrum.
--
-- Reads data/inputs/*.parquet of the run that the variable qsospec_run names (else of the working directory).
-- Files that no receipt names, which a crash may leave, are left out.
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW inputs AS
    SELECT
        run_id::VARCHAR AS run_id,
        object_key::VARCHAR AS object_key,
        object_id::VARCHAR AS object_id,
        source::VARCHAR AS source,
        row_index::BIGINT AS row_index,
        reader::VARCHAR AS reader,
        redshift::DOUBLE AS redshift,
        metadata::STRUCT(key VARCHAR, value VARCHAR)[] AS metadata
    FROM (
        SELECT
            NULL::VARCHAR AS run_id,
            NULL::VARCHAR AS object_key,
            NULL::VARCHAR AS object_id,
            NULL::VARCHAR AS source,
            NULL::BIGINT AS row_index,
            NULL::VARCHAR AS reader,
            NULL::DOUBLE AS redshift,
            NULL::STRUCT(key VARCHAR, value VARCHAR)[] AS metadata,
            NULL::VARCHAR AS filename
        FROM read_json(coalesce(getvariable('qsospec_run'), '.') || '/manifest.json', columns := {schema_version: 'VARCHAR'})
        WHERE false
        UNION ALL BY NAME
        SELECT *
        FROM read_parquet(coalesce(getvariable('qsospec_run'), '.') || '/data/inputs/*.parquet', union_by_name := true, allow_empty := true, filename := true)
    )
    SEMI JOIN run_parts ON run_parts.file = filename;

COMMENT ON COLUMN inputs.run_id IS 'Run that made the row';
COMMENT ON COLUMN inputs.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN inputs.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN inputs.source IS 'File it was read from';
COMMENT ON COLUMN inputs.row_index IS 'Row in that file';
COMMENT ON COLUMN inputs.reader IS 'Reader that was used';
COMMENT ON COLUMN inputs.redshift IS 'Redshift of the input';
COMMENT ON COLUMN inputs.metadata IS 'What else the reader knew, JSON values';
