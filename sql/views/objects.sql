-- objects: what was fitted, one row a spectrum with its outcome and flags.
--
-- Reads data/objects/*.parquet of the run that the variable qsospec_run names (else of the working directory).
-- Files that no receipt names, which a crash may leave, are left out.
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW objects AS
    SELECT
        run_id::VARCHAR AS run_id,
        object_key::VARCHAR AS object_key,
        object_id::VARCHAR AS object_id,
        redshift::DOUBLE AS redshift,
        ra::DOUBLE AS ra,
        dec::DOUBLE AS dec,
        continuum_success::BOOLEAN AS continuum_success,
        continuum_reduced_chi2::DOUBLE AS continuum_reduced_chi2,
        host_decomp_enabled::BOOLEAN AS host_decomp_enabled,
        complex_statuses::STRUCT(key VARCHAR, value VARCHAR)[] AS complex_statuses,
        warning_codes::VARCHAR[] AS warning_codes,
        metadata::STRUCT(key VARCHAR, value VARCHAR)[] AS metadata,
        completed_at::VARCHAR AS completed_at,
        object_number::BIGINT AS object_number,
        fit_warn::BIGINT AS fit_warn,
        fit_quality::INTEGER AS fit_quality,
        snr_median::DOUBLE AS snr_median,
        n_good_pixels::BIGINT AS n_good_pixels,
        ebv::DOUBLE AS ebv,
        zwarn::BIGINT AS zwarn
    FROM (
        SELECT
            NULL::VARCHAR AS run_id,
            NULL::VARCHAR AS object_key,
            NULL::VARCHAR AS object_id,
            NULL::DOUBLE AS redshift,
            NULL::DOUBLE AS ra,
            NULL::DOUBLE AS dec,
            NULL::BOOLEAN AS continuum_success,
            NULL::DOUBLE AS continuum_reduced_chi2,
            NULL::BOOLEAN AS host_decomp_enabled,
            NULL::STRUCT(key VARCHAR, value VARCHAR)[] AS complex_statuses,
            NULL::VARCHAR[] AS warning_codes,
            NULL::STRUCT(key VARCHAR, value VARCHAR)[] AS metadata,
            NULL::VARCHAR AS completed_at,
            NULL::BIGINT AS object_number,
            NULL::BIGINT AS fit_warn,
            NULL::INTEGER AS fit_quality,
            NULL::DOUBLE AS snr_median,
            NULL::BIGINT AS n_good_pixels,
            NULL::DOUBLE AS ebv,
            NULL::BIGINT AS zwarn,
            NULL::VARCHAR AS filename
        FROM read_json(coalesce(getvariable('qsospec_run'), '.') || '/manifest.json', columns := {schema_version: 'VARCHAR'})
        WHERE false
        UNION ALL BY NAME
        SELECT *
        FROM read_parquet(coalesce(getvariable('qsospec_run'), '.') || '/data/objects/*.parquet', union_by_name := true, allow_empty := true, filename := true)
    )
    SEMI JOIN run_parts ON run_parts.file = filename;

COMMENT ON COLUMN objects.run_id IS 'Run that made the row';
COMMENT ON COLUMN objects.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN objects.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN objects.redshift IS 'Redshift of the fit';
COMMENT ON COLUMN objects.ra IS 'Right ascension, ICRS [deg]';
COMMENT ON COLUMN objects.dec IS 'Declination, ICRS [deg]';
COMMENT ON COLUMN objects.continuum_success IS 'The continuum fit converged';
COMMENT ON COLUMN objects.continuum_reduced_chi2 IS 'Chi-squared of the continuum over its degrees of freedom';
COMMENT ON COLUMN objects.host_decomp_enabled IS 'A host galaxy was removed';
COMMENT ON COLUMN objects.complex_statuses IS 'Outcome of every line complex, JSON values';
COMMENT ON COLUMN objects.warning_codes IS 'Warning codes, sorted, each once';
COMMENT ON COLUMN objects.metadata IS 'Configuration and context, JSON values';
COMMENT ON COLUMN objects.completed_at IS 'UTC time at which the fit was stored';
COMMENT ON COLUMN objects.object_number IS 'First 63 bits of the SHA-256 of object_key, for joins';
COMMENT ON COLUMN objects.fit_warn IS 'Warning bits of warning_codes.csv; 0 = nothing to report';
COMMENT ON COLUMN objects.fit_quality IS '0 good, else a sum of bits: 1 failed, 2 coverage, 4 bound, 8 residuals, 16 low_snr, 32 absurd, 64 absorbed, 128 redshift';
COMMENT ON COLUMN objects.snr_median IS 'Median signal-to-noise ratio per usable pixel';
COMMENT ON COLUMN objects.n_good_pixels IS 'Usable pixels';
COMMENT ON COLUMN objects.ebv IS 'Galactic E(B-V) that was applied [mag]';
COMMENT ON COLUMN objects.zwarn IS 'Redshift warning bits of the survey';
