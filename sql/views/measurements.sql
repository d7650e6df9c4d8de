-- measurements: every number of every fit in long form, one row a quantity.
--
-- Reads data/measurements/*.parquet of the run that the variable qsospec_run names (else of the working directory).
-- Files that no receipt names, which a crash may leave, are left out.
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW measurements AS
    SELECT
        run_id::VARCHAR AS run_id,
        object_key::VARCHAR AS object_key,
        object_id::VARCHAR AS object_id,
        section::VARCHAR AS section,
        recipe_id::VARCHAR AS recipe_id,
        feature_id::VARCHAR AS feature_id,
        role::VARCHAR AS role,
        quantity::VARCHAR AS quantity,
        value::DOUBLE AS value,
        error::FLOAT AS error,
        unit::VARCHAR AS unit,
        method::VARCHAR AS method,
        metadata::STRUCT(key VARCHAR, value VARCHAR)[] AS metadata,
        object_number::BIGINT AS object_number,
        measure::VARCHAR AS measure
    FROM (
        SELECT
            NULL::VARCHAR AS run_id,
            NULL::VARCHAR AS object_key,
            NULL::VARCHAR AS object_id,
            NULL::VARCHAR AS section,
            NULL::VARCHAR AS recipe_id,
            NULL::VARCHAR AS feature_id,
            NULL::VARCHAR AS role,
            NULL::VARCHAR AS quantity,
            NULL::DOUBLE AS value,
            NULL::FLOAT AS error,
            NULL::VARCHAR AS unit,
            NULL::VARCHAR AS method,
            NULL::STRUCT(key VARCHAR, value VARCHAR)[] AS metadata,
            NULL::BIGINT AS object_number,
            NULL::VARCHAR AS measure,
            NULL::VARCHAR AS filename
        FROM read_json(coalesce(getvariable('qsospec_run'), '.') || '/manifest.json', columns := {schema_version: 'VARCHAR'})
        WHERE false
        UNION ALL BY NAME
        SELECT *
        FROM read_parquet(coalesce(getvariable('qsospec_run'), '.') || '/data/measurements/*.parquet', union_by_name := true, allow_empty := true, filename := true)
    )
    SEMI JOIN run_parts ON run_parts.file = filename;

COMMENT ON COLUMN measurements.run_id IS 'Run that made the row';
COMMENT ON COLUMN measurements.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN measurements.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN measurements.section IS 'continuum_parameter, continuum_metric, continuum_sample, complex_parameter, complex_metric, host_parameter or host_metric';
COMMENT ON COLUMN measurements.recipe_id IS 'Line complex; NULL outside complexes';
COMMENT ON COLUMN measurements.feature_id IS 'Line of lines.csv or continuum component';
COMMENT ON COLUMN measurements.role IS 'broad, narrow, wing, total or continuum';
COMMENT ON COLUMN measurements.quantity IS 'Name, unique within section and recipe';
COMMENT ON COLUMN measurements.value IS 'Value in unit';
COMMENT ON COLUMN measurements.error IS '1 sigma error in unit; NULL where none is defined';
COMMENT ON COLUMN measurements.unit IS 'Unit; empty for a pure number';
COMMENT ON COLUMN measurements.method IS 'covariance, monte_carlo or none';
COMMENT ON COLUMN measurements.metadata IS 'Context, JSON values';
COMMENT ON COLUMN measurements.object_number IS 'First 63 bits of the SHA-256 of object_key, for joins';
COMMENT ON COLUMN measurements.measure IS 'What is measured, without the feature';
