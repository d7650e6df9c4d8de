-- derived: quantities computed after the fit, one row a quantity and calibration.
--
-- Reads data/derived/*.parquet of the run that the variable qsospec_run names (else of the working directory).
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW derived AS
    SELECT
        run_id::VARCHAR AS run_id,
        object_key::VARCHAR AS object_key,
        object_id::VARCHAR AS object_id,
        quantity::VARCHAR AS quantity,
        calibration_id::VARCHAR AS calibration_id,
        value::DOUBLE AS value,
        statistical_error::DOUBLE AS statistical_error,
        intrinsic_scatter::DOUBLE AS intrinsic_scatter,
        total_error::DOUBLE AS total_error,
        unit::VARCHAR AS unit,
        metadata::STRUCT(key VARCHAR, value VARCHAR)[] AS metadata
    FROM (
        SELECT
            NULL::VARCHAR AS run_id,
            NULL::VARCHAR AS object_key,
            NULL::VARCHAR AS object_id,
            NULL::VARCHAR AS quantity,
            NULL::VARCHAR AS calibration_id,
            NULL::DOUBLE AS value,
            NULL::DOUBLE AS statistical_error,
            NULL::DOUBLE AS intrinsic_scatter,
            NULL::DOUBLE AS total_error,
            NULL::VARCHAR AS unit,
            NULL::STRUCT(key VARCHAR, value VARCHAR)[] AS metadata
        FROM read_json(coalesce(getvariable('qsospec_run'), '.') || '/manifest.json', columns := {schema_version: 'VARCHAR'})
        WHERE false
        UNION ALL BY NAME
        SELECT *
        FROM read_parquet(coalesce(getvariable('qsospec_run'), '.') || '/data/derived/*.parquet', union_by_name := true, allow_empty := true)
    );

COMMENT ON COLUMN derived.run_id IS 'Run that made the row';
COMMENT ON COLUMN derived.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN derived.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN derived.quantity IS 'Name, for example logmbh_hb';
COMMENT ON COLUMN derived.calibration_id IS 'Named calibration';
COMMENT ON COLUMN derived.value IS 'Value in unit';
COMMENT ON COLUMN derived.statistical_error IS 'Error from the measurements';
COMMENT ON COLUMN derived.intrinsic_scatter IS 'Scatter of the relation';
COMMENT ON COLUMN derived.total_error IS 'Both in quadrature';
COMMENT ON COLUMN derived.unit IS 'Unit';
COMMENT ON COLUMN derived.metadata IS 'Relation and cosmology, JSON values';
