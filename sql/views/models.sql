-- models: data, masks and model components, one row a spectrum; wide rows, select few.
--
-- Reads data/models/*.parquet of the run that the variable qsospec_run names (else of the working directory).
-- Files that no receipt names, which a crash may leave, are left out.
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW models AS
    SELECT
        run_id::VARCHAR AS run_id,
        object_key::VARCHAR AS object_key,
        object_id::VARCHAR AS object_id,
        redshift::DOUBLE AS redshift,
        wave_rest::DOUBLE[] AS wave_rest,
        flux::FLOAT[] AS flux,
        error::FLOAT[] AS error,
        input_mask::BOOLEAN[] AS input_mask,
        total_flux::FLOAT[] AS total_flux,
        host_model::FLOAT[] AS host_model,
        host_fit_mask::BOOLEAN[] AS host_fit_mask,
        host_emission_mask::BOOLEAN[] AS host_emission_mask,
        continuum_fit_mask::BOOLEAN[] AS continuum_fit_mask,
        continuum_clip_mask::BOOLEAN[] AS continuum_clip_mask,
        components::STRUCT(section VARCHAR, recipe_id VARCHAR, name VARCHAR, role VARCHAR, "values" FLOAT[])[] AS components,
        complexes::STRUCT(recipe_id VARCHAR, success BOOLEAN, status INTEGER, message VARCHAR, selected_model VARCHAR, chi2 DOUBLE, dof BIGINT, reduced_chi2 DOUBLE, bic DOUBLE, fit_mask BOOLEAN[], excluded_mask BOOLEAN[], metadata STRUCT(key VARCHAR, value VARCHAR)[])[] AS complexes,
        spectrum_metadata::STRUCT(key VARCHAR, value VARCHAR)[] AS spectrum_metadata,
        workflow_metadata::STRUCT(key VARCHAR, value VARCHAR)[] AS workflow_metadata
    FROM (
        SELECT
            NULL::VARCHAR AS run_id,
            NULL::VARCHAR AS object_key,
            NULL::VARCHAR AS object_id,
            NULL::DOUBLE AS redshift,
            NULL::DOUBLE[] AS wave_rest,
            NULL::FLOAT[] AS flux,
            NULL::FLOAT[] AS error,
            NULL::BOOLEAN[] AS input_mask,
            NULL::FLOAT[] AS total_flux,
            NULL::FLOAT[] AS host_model,
            NULL::BOOLEAN[] AS host_fit_mask,
            NULL::BOOLEAN[] AS host_emission_mask,
            NULL::BOOLEAN[] AS continuum_fit_mask,
            NULL::BOOLEAN[] AS continuum_clip_mask,
            NULL::STRUCT(section VARCHAR, recipe_id VARCHAR, name VARCHAR, role VARCHAR, "values" FLOAT[])[] AS components,
            NULL::STRUCT(recipe_id VARCHAR, success BOOLEAN, status INTEGER, message VARCHAR, selected_model VARCHAR, chi2 DOUBLE, dof BIGINT, reduced_chi2 DOUBLE, bic DOUBLE, fit_mask BOOLEAN[], excluded_mask BOOLEAN[], metadata STRUCT(key VARCHAR, value VARCHAR)[])[] AS complexes,
            NULL::STRUCT(key VARCHAR, value VARCHAR)[] AS spectrum_metadata,
            NULL::STRUCT(key VARCHAR, value VARCHAR)[] AS workflow_metadata,
            NULL::VARCHAR AS filename
        FROM read_json(coalesce(getvariable('qsospec_run'), '.') || '/manifest.json', columns := {schema_version: 'VARCHAR'})
        WHERE false
        UNION ALL BY NAME
        SELECT *
        FROM read_parquet(coalesce(getvariable('qsospec_run'), '.') || '/data/models/*.parquet', union_by_name := true, allow_empty := true, filename := true)
    )
    SEMI JOIN run_parts ON run_parts.file = filename;

COMMENT ON COLUMN models.run_id IS 'Run that made the row';
COMMENT ON COLUMN models.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN models.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN models.redshift IS 'Redshift of the fit';
COMMENT ON COLUMN models.wave_rest IS 'Rest-frame vacuum wavelength [Angstrom]';
COMMENT ON COLUMN models.flux IS 'Rest-frame flux density that was fitted [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN models.error IS '1 sigma error of flux; inf = not used [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN models.input_mask IS 'Usable pixel';
COMMENT ON COLUMN models.total_flux IS 'Flux density before the host was removed; NULL without host [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN models.host_model IS 'Host galaxy; NULL without host [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN models.host_fit_mask IS 'Pixels of the host fit';
COMMENT ON COLUMN models.host_emission_mask IS 'Pixels kept from the host fit as emission';
COMMENT ON COLUMN models.continuum_fit_mask IS 'Pixels offered to the continuum fit';
COMMENT ON COLUMN models.continuum_clip_mask IS 'Pixels that survived absorption clipping';
COMMENT ON COLUMN models.components IS 'Additive parts of the model [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN models.complexes IS 'Line complexes with their statistics and masks';
COMMENT ON COLUMN models.spectrum_metadata IS 'Units, frame, extinction, JSON values';
COMMENT ON COLUMN models.workflow_metadata IS 'Configuration and context, JSON values';
