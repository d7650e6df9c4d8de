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
        l.snr,
        l.quality,
        l.flux_limit,
        l.w50,
        l.w50_err,
        l.w90,
        l.w90_err,
        l.kurtosis,
        l.kurtosis_err,
        l.peak,
        l.peak_err,
        l.c50,
        l.c50_err,
        l.c80,
        l.c80_err,
        l.voff_sys,
        l.voff_sys_err
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
            max(CASE WHEN m.measure = 'snr' THEN m.value END) AS snr,
            max(CASE WHEN m.measure = 'quality' THEN m.value END) AS quality,
            max(CASE WHEN m.measure = 'flux_limit' THEN m.value END) AS flux_limit,
            max(CASE WHEN m.measure = 'w50' THEN m.value END) AS w50,
            max(CASE WHEN m.measure = 'w50' THEN m.error END) AS w50_err,
            max(CASE WHEN m.measure = 'w90' THEN m.value END) AS w90,
            max(CASE WHEN m.measure = 'w90' THEN m.error END) AS w90_err,
            max(CASE WHEN m.measure = 'kurtosis' THEN m.value END) AS kurtosis,
            max(CASE WHEN m.measure = 'kurtosis' THEN m.error END) AS kurtosis_err,
            max(CASE WHEN m.measure = 'peak' THEN m.value END) AS peak,
            max(CASE WHEN m.measure = 'peak' THEN m.error END) AS peak_err,
            max(CASE WHEN m.measure = 'c50' THEN m.value END) AS c50,
            max(CASE WHEN m.measure = 'c50' THEN m.error END) AS c50_err,
            max(CASE WHEN m.measure = 'c80' THEN m.value END) AS c80,
            max(CASE WHEN m.measure = 'c80' THEN m.error END) AS c80_err,
            max(CASE WHEN m.measure = 'voff_sys' THEN m.value END) AS voff_sys,
            max(CASE WHEN m.measure = 'voff_sys' THEN m.error END) AS voff_sys_err
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
COMMENT ON COLUMN line_catalog.quality IS '0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN line_catalog.flux_limit IS 'Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN line_catalog.w50 IS 'Velocity width that holds the middle 50 per cent of the flux [km/s]';
COMMENT ON COLUMN line_catalog.w50_err IS '1 sigma error of w50 [km/s]';
COMMENT ON COLUMN line_catalog.w90 IS 'Velocity width that holds the middle 90 per cent of the flux [km/s]';
COMMENT ON COLUMN line_catalog.w90_err IS '1 sigma error of w90 [km/s]';
COMMENT ON COLUMN line_catalog.kurtosis IS 'Excess kurtosis of the profile: 0 for a Gaussian, positive for a narrow core with wings';
COMMENT ON COLUMN line_catalog.kurtosis_err IS '1 sigma error of kurtosis';
COMMENT ON COLUMN line_catalog.peak IS 'Rest-frame wavelength of the maximum of the profile [Angstrom]';
COMMENT ON COLUMN line_catalog.peak_err IS '1 sigma error of peak [Angstrom]';
COMMENT ON COLUMN line_catalog.c50 IS 'Rest-frame centroid wavelength of the flux above half of the maximum [Angstrom]';
COMMENT ON COLUMN line_catalog.c50_err IS '1 sigma error of c50 [Angstrom]';
COMMENT ON COLUMN line_catalog.c80 IS 'Rest-frame centroid wavelength of the flux above 80 per cent of the maximum [Angstrom]';
COMMENT ON COLUMN line_catalog.c80_err IS '1 sigma error of c80 [Angstrom]';
COMMENT ON COLUMN line_catalog.voff_sys IS 'Velocity offset of the centroid against z_sys, positive toward the red; voff is against the redshift of the fit [km/s]';
COMMENT ON COLUMN line_catalog.voff_sys_err IS '1 sigma error of voff_sys, with that of z_sys [km/s]';
