-- named_measurements: measurements under the names of this package, whichever package wrote the bundle.
--
-- Rows with an object_number are ours and pass as they are. Rows of qsospec 0.1.1 (no object_number) get our section,
-- feature_id, role, measure, quantity and unit: its line metrics, continuum fluxes, power-law slope and Fe II widths. It
-- stores no luminosities: they are computed here for H0 = 70, Om0 = 0.3. Its continuum fluxes are in the unit of the
-- input; the ratio of its line fluxes in cgs and in that unit gives the scale, and without a line they are left out.
CREATE OR REPLACE VIEW named_measurements AS
    SELECT
        m.object_key, m.section, m.recipe_id, m.feature_id, m.role, m.measure, m.quantity, m.value, m.error, m.unit
    FROM measurements AS m
    WHERE m.object_number IS NOT NULL
    UNION ALL BY NAME
    (
        WITH earlier_line(prefix, line_id, role) AS (
            VALUES
                ('lya_1216_broad', 'lya', 'broad'), ('nv_blend_broad', 'nv', 'broad'),
                ('civ_blend_broad', 'civ', 'broad'), ('ciii_1909_broad', 'ciii', 'broad'),
                ('MgII_broad', 'mgii', 'broad'), ('MgII_narrow', 'mgii', 'narrow'),
                ('nev_3427_narrow', 'nev3427', 'narrow'), ('oii_3727_narrow', 'oii3727', 'narrow'),
                ('oii_3730_narrow', 'oii3730', 'narrow'), ('neiii_3870_narrow', 'neiii3870', 'narrow'),
                ('hgamma_broad', 'hg', 'broad'), ('hgamma_narrow', 'hg', 'narrow'),
                ('Hb_broad', 'hb', 'broad'), ('Ha_broad', 'ha', 'broad'), ('Ha_narrow', 'ha', 'narrow'),
                ('NII6549', 'nii6550', 'narrow'), ('NII6585', 'nii6585', 'narrow'),
                ('SII6718', 'sii6718', 'narrow'), ('SII6733', 'sii6733', 'narrow')
        ),
        earlier_measure(suffix, measure, factor, unit) AS (
            VALUES
                ('_flux_cgs', 'flux', 1e17, '1e-17 erg/s/cm2'), ('_ew_rest', 'ew', 1e0, 'Angstrom'),
                ('_centroid', 'centroid', 1e0, 'Angstrom'), ('_velocity_kms', 'voff', 1e0, 'km/s'),
                ('_fwhm_kms', 'fwhm', 1e0, 'km/s'), ('_sigma_kms', 'sigma', 1e0, 'km/s')
        ),
        earlier_line_name AS (
            SELECT l.prefix || e.suffix AS earlier_quantity, l.line_id, l.role, e.measure, e.factor, e.unit
            FROM earlier_line AS l CROSS JOIN earlier_measure AS e
        ),
        earlier_continuum(earlier_quantity, section, quantity, wavelength, unit) AS (
            VALUES
                ('power_law.slope', 'continuum_parameter', 'power_law_slope', NULL, ''),
                ('uv_iron.fwhm_kms', 'continuum_parameter', 'iron_uv_fwhm', NULL, 'km/s'),
                ('optical_iron.fwhm_kms', 'continuum_parameter', 'iron_optical_fwhm', NULL, 'km/s'),
                ('fAGN_1350', 'continuum_sample', 'flux_1350', 1350e0, '1e-17 erg/s/cm2/Angstrom'),
                ('fAGN_1450', 'continuum_sample', 'flux_1450', 1450e0, '1e-17 erg/s/cm2/Angstrom'),
                ('fAGN_2500', 'continuum_sample', 'flux_2500', 2500e0, '1e-17 erg/s/cm2/Angstrom'),
                ('fAGN_3000', 'continuum_sample', 'flux_3000', 3000e0, '1e-17 erg/s/cm2/Angstrom'),
                ('fAGN_5100', 'continuum_sample', 'flux_5100', 5100e0, '1e-17 erg/s/cm2/Angstrom')
        ),
        earlier AS (
            SELECT m.object_key, m.section, m.recipe_id, m.quantity, m.value, m.error, o.redshift
            FROM measurements AS m
            JOIN objects AS o ON o.object_key = m.object_key
            WHERE m.object_number IS NULL
        ),
        input_scale AS (
            SELECT
                e.object_key AS object_key,
                1e17 * max(CASE WHEN e.quantity LIKE '%\_flux\_cgs' ESCAPE '\' THEN e.value END)
                / max(CASE WHEN e.quantity LIKE '%\_flux\_input' ESCAPE '\' THEN e.value END) AS factor
            FROM earlier AS e
            WHERE e.section = 'complex_metric' AND e.value > 0
            GROUP BY e.object_key
        ),
        line_row AS (
            SELECT
                e.object_key, e.section, e.recipe_id, n.line_id AS feature_id, n.role, n.measure,
                e.value * n.factor AS value, e.error * n.factor AS error, n.unit, e.redshift
            FROM earlier AS e
            JOIN earlier_line_name AS n ON n.earlier_quantity = e.quantity
            WHERE e.section = 'complex_metric'
        ),
        continuum_row AS (
            SELECT
                e.object_key, n.section, n.quantity, n.wavelength, n.unit, e.redshift,
                e.value * CASE WHEN n.wavelength IS NULL THEN 1e0 ELSE s.factor END AS value,
                e.error * CASE WHEN n.wavelength IS NULL THEN 1e0 ELSE s.factor END AS error
            FROM earlier AS e
            JOIN earlier_continuum AS n ON n.earlier_quantity = e.quantity
            LEFT JOIN input_scale AS s ON s.object_key = e.object_key
        )
        SELECT
            object_key, section, recipe_id, feature_id, role, measure,
            feature_id || '_' || role || '_' || measure AS quantity, value, error, unit
        FROM line_row
        UNION ALL BY NAME
        SELECT
            object_key, section, recipe_id, feature_id, role, 'logl' AS measure,
            feature_id || '_' || role || '_logl' AS quantity,
            logl_line(value, redshift) AS value, logl_err(value, error) AS error, 'dex(erg/s)' AS unit
        FROM line_row
        WHERE measure = 'flux'
        UNION ALL BY NAME
        SELECT object_key, section, 'continuum' AS role, quantity, value, error, unit
        FROM continuum_row
        UNION ALL BY NAME
        SELECT
            object_key, 'continuum_metric' AS section, 'continuum' AS role, 'logl' || wavelength::INTEGER AS quantity,
            logl_lambda(value, wavelength, redshift) AS value, logl_err(value, error) AS error, 'dex(erg/s)' AS unit
        FROM continuum_row
        WHERE wavelength IS NOT NULL
    );

COMMENT ON COLUMN named_measurements.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN named_measurements.section IS 'Part of the fit, such as complex_metric';
COMMENT ON COLUMN named_measurements.recipe_id IS 'Line complex; NULL outside complexes';
COMMENT ON COLUMN named_measurements.feature_id IS 'Line or continuum component';
COMMENT ON COLUMN named_measurements.role IS 'broad, narrow, wing, total or continuum';
COMMENT ON COLUMN named_measurements.measure IS 'What was measured, such as fwhm';
COMMENT ON COLUMN named_measurements.quantity IS 'Name of the measurement';
COMMENT ON COLUMN named_measurements.value IS 'Value in unit';
COMMENT ON COLUMN named_measurements.error IS '1 sigma error; NULL where there is none';
COMMENT ON COLUMN named_measurements.unit IS 'Unit of value and error';
