-- line_catalog: one row a fitted quasar, line complex, line and role, with all its measures.
--
-- role is broad, narrow, wing or total (the sum of the others). NULL where a measure was not taken or is not published.
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW line_catalog AS
    SELECT
        o.run_id,
        o.object_key,
        o.object_id,
        o.redshift AS z,
        l.recipe_id,
        l.line_id,
        l.role,
        l.flux,
        l.flux_err,
        l.ew,
        l.ew_err,
        l.fwhm,
        l.fwhm_err,
        l.sigma,
        l.sigma_err,
        l.voff,
        l.voff_err,
        l.centroid,
        l.centroid_err,
        l.w80,
        l.w80_err,
        l.asym,
        l.asym_err,
        l.logl,
        l.logl_err,
        l.snr
    FROM objects AS o
    JOIN (
        SELECT
            m.object_key AS object_key,
            m.recipe_id AS recipe_id,
            m.feature_id AS line_id,
            m.role AS role,
            max(CASE WHEN m.measure = 'flux' THEN m.value END) AS flux,
            max(CASE WHEN m.measure = 'flux' THEN m.error END) AS flux_err,
            max(CASE WHEN m.measure = 'ew' THEN m.value END) AS ew,
            max(CASE WHEN m.measure = 'ew' THEN m.error END) AS ew_err,
            max(CASE WHEN m.measure = 'fwhm' THEN m.value END) AS fwhm,
            max(CASE WHEN m.measure = 'fwhm' THEN m.error END) AS fwhm_err,
            max(CASE WHEN m.measure = 'sigma' THEN m.value END) AS sigma,
            max(CASE WHEN m.measure = 'sigma' THEN m.error END) AS sigma_err,
            max(CASE WHEN m.measure = 'voff' THEN m.value END) AS voff,
            max(CASE WHEN m.measure = 'voff' THEN m.error END) AS voff_err,
            max(CASE WHEN m.measure = 'centroid' THEN m.value END) AS centroid,
            max(CASE WHEN m.measure = 'centroid' THEN m.error END) AS centroid_err,
            max(CASE WHEN m.measure = 'w80' THEN m.value END) AS w80,
            max(CASE WHEN m.measure = 'w80' THEN m.error END) AS w80_err,
            max(CASE WHEN m.measure = 'asymmetry' THEN m.value END) AS asym,
            max(CASE WHEN m.measure = 'asymmetry' THEN m.error END) AS asym_err,
            max(CASE WHEN m.measure = 'logl' THEN m.value END) AS logl,
            max(CASE WHEN m.measure = 'logl' THEN m.error END) AS logl_err,
            max(CASE WHEN m.measure = 'snr' THEN m.value END) AS snr
        FROM (
            SELECT
                n.object_key, n.recipe_id, n.feature_id, n.role, n.measure, n.value,
                CASE WHEN isfinite(n.error) THEN n.error::DOUBLE END AS error
            FROM named_measurements AS n
            WHERE n.section = 'complex_metric' AND n.feature_id IS NOT NULL AND isfinite(n.value)
        ) AS m
        GROUP BY m.object_key, m.recipe_id, m.feature_id, m.role
    ) AS l ON l.object_key = o.object_key;

COMMENT ON COLUMN line_catalog.run_id IS 'Run that made the row';
COMMENT ON COLUMN line_catalog.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN line_catalog.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN line_catalog.z IS 'Redshift of the fit';
COMMENT ON COLUMN line_catalog.recipe_id IS 'Line complex';
COMMENT ON COLUMN line_catalog.line_id IS 'Line of lines.csv';
COMMENT ON COLUMN line_catalog.role IS 'broad, narrow, wing or total';
COMMENT ON COLUMN line_catalog.flux IS 'Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN line_catalog.flux_err IS '1 sigma error of flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN line_catalog.ew IS 'Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN line_catalog.ew_err IS '1 sigma error of ew [Angstrom]';
COMMENT ON COLUMN line_catalog.fwhm IS 'Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN line_catalog.fwhm_err IS '1 sigma error of fwhm [km/s]';
COMMENT ON COLUMN line_catalog.sigma IS 'Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN line_catalog.sigma_err IS '1 sigma error of sigma [km/s]';
COMMENT ON COLUMN line_catalog.voff IS 'Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN line_catalog.voff_err IS '1 sigma error of voff [km/s]';
COMMENT ON COLUMN line_catalog.centroid IS 'Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN line_catalog.centroid_err IS '1 sigma error of centroid [Angstrom]';
COMMENT ON COLUMN line_catalog.w80 IS 'Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN line_catalog.w80_err IS '1 sigma error of w80 [km/s]';
COMMENT ON COLUMN line_catalog.asym IS 'Asymmetry of the profile';
COMMENT ON COLUMN line_catalog.asym_err IS '1 sigma error of asym';
COMMENT ON COLUMN line_catalog.logl IS 'Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN line_catalog.logl_err IS '1 sigma error of logl [dex(erg/s)]';
COMMENT ON COLUMN line_catalog.snr IS 'Flux over its error';
