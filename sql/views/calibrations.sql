-- calibrations: what the calibrations in derived rest on, one row a calibration.
--
-- Reads data/calibrations/*.parquet of the run that the variable qsospec_run names (else of the working directory).
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW calibrations AS
    SELECT
        run_id::VARCHAR AS run_id,
        calibration_id::VARCHAR AS calibration_id,
        h0::DOUBLE AS h0,
        om0::DOUBLE AS om0,
        bolometric::VARCHAR AS bolometric,
        made_at::VARCHAR AS made_at,
        hb_mass::VARCHAR AS hb_mass,
        mgii_mass::VARCHAR AS mgii_mass,
        civ_mass::VARCHAR AS civ_mass,
        calculator::VARCHAR AS calculator,
        definition::VARCHAR AS definition
    FROM (
        SELECT
            NULL::VARCHAR AS run_id,
            NULL::VARCHAR AS calibration_id,
            NULL::DOUBLE AS h0,
            NULL::DOUBLE AS om0,
            NULL::VARCHAR AS bolometric,
            NULL::VARCHAR AS made_at,
            NULL::VARCHAR AS hb_mass,
            NULL::VARCHAR AS mgii_mass,
            NULL::VARCHAR AS civ_mass,
            NULL::VARCHAR AS calculator,
            NULL::VARCHAR AS definition
        FROM read_json(coalesce(getvariable('qsospec_run'), '.') || '/manifest.json', columns := {schema_version: 'VARCHAR'})
        WHERE false
        UNION ALL BY NAME
        SELECT *
        FROM read_parquet(coalesce(getvariable('qsospec_run'), '.') || '/data/calibrations/*.parquet', union_by_name := true, allow_empty := true)
    );

COMMENT ON COLUMN calibrations.run_id IS 'Run that made the row';
COMMENT ON COLUMN calibrations.calibration_id IS 'Named calibration of the rows of derived';
COMMENT ON COLUMN calibrations.h0 IS 'Hubble constant; NULL where a calculator computed [km/s/Mpc]';
COMMENT ON COLUMN calibrations.om0 IS 'Matter density over the critical one';
COMMENT ON COLUMN calibrations.bolometric IS 'Bolometric correction: richards06, runnoe12 or netzer19';
COMMENT ON COLUMN calibrations.made_at IS 'UTC time';
COMMENT ON COLUMN calibrations.hb_mass IS 'Mass relation for Hbeta; see mass_relations';
COMMENT ON COLUMN calibrations.mgii_mass IS 'Mass relation for Mg II';
COMMENT ON COLUMN calibrations.civ_mass IS 'Mass relation for C IV';
COMMENT ON COLUMN calibrations.calculator IS 'Where a calculator computed: sql, or python and the name of the function';
COMMENT ON COLUMN calibrations.definition IS 'Text of that query, or source of that function where it is known';
