-- fit_local(wavelength, flux, ivar, z, lines, low, high, ...): fit some lines in one window over a local continuum.
--
--   wavelength  vacuum, observed frame, increasing [Angstrom], a list
--   flux, ivar  [1e-17 erg/s/cm2/Angstrom] and its inverse variance, lists of the same length; ivar 0 = do not use
--   z           redshift
--   lines       ids of the line list, a list
--   low, high   rest wavelengths of the window [Angstrom]
--   continuum   list of [low, high], the bands that hold the power law; left out: one on either side, half as wide
--   recipe      an id or the path of a TOML file, in place of lines, low and high, which are then NULL
--   role        broad (default) or narrow
--   object_key, object_id, survey, ra, dec, ebv, mask_array, lsf_sigma
--               what else the spectra relation holds; may be left out
--   returns     what fit_quasar returns: call it in a subquery, and take the fields outside
--
-- SELECT r.status FROM (
--     SELECT fit_local(wavelength, flux, ivar, z, ['mgii'], 2700, 2900) AS r FROM spectra LIMIT 1
-- );
CREATE OR REPLACE MACRO fit_local(
    wavelength, flux, ivar, z, lines, low, high,
    continuum := NULL, recipe := NULL, role := 'broad',
    object_key := NULL, object_id := NULL, survey := NULL, ra := NULL, "dec" := NULL, ebv := NULL, mask_array := NULL,
    lsf_sigma := NULL
) AS
    fit_local_udf(
        object_key::VARCHAR, object_id::VARCHAR, survey::VARCHAR, ra::DOUBLE, "dec"::DOUBLE, z::DOUBLE, ebv::DOUBLE,
        wavelength::DOUBLE[], flux::DOUBLE[], ivar::DOUBLE[], mask_array::INTEGER[], lsf_sigma::FLOAT[],
        lines::VARCHAR[], low::DOUBLE, high::DOUBLE, continuum::DOUBLE[][], recipe::VARCHAR, role::VARCHAR
    );
