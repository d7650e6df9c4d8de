-- fit_quasar(wavelength, flux, ivar, z, ...): fit one spectrum a row, inside a query.
--
--   wavelength  vacuum, observed frame, increasing [Angstrom], a list
--   flux, ivar  [1e-17 erg/s/cm2/Angstrom] and its inverse variance, lists of the same length; ivar 0 = do not use
--   z           redshift
--   object_key, object_id, survey, ra, dec, ebv, mask_array, lsf_sigma
--               what else the spectra relation holds; may be left out. survey says which mask bits are bad, lsf_sigma is the
--               sigma of the line-spread function [km/s], of which widths are then free
--   returns     STRUCT(object_key, object_id, status, message, fit_quality, fit_warn, warning_codes, measurements), where
--               status is fitted or failed, message says why it failed, and measurements is a list of
--               STRUCT(section, recipe_id, feature_id, role, quantity, value, error, unit, method, measure)
--
-- A struct function is evaluated once for every field that is taken from it: call it in a subquery and take the fields
-- outside, as the table macros fit_all and fit_measurements do. Rows with a NULL list or redshift come back as failed.
-- SELECT r.status, r.fit_quality FROM (SELECT fit_quasar(wavelength, flux, ivar, z) AS r FROM spectra LIMIT 1);
CREATE OR REPLACE MACRO fit_quasar(
    wavelength, flux, ivar, z,
    object_key := NULL, object_id := NULL, survey := NULL, ra := NULL, "dec" := NULL, ebv := NULL, mask_array := NULL,
    lsf_sigma := NULL
) AS
    fit_quasar_udf(
        object_key::VARCHAR, object_id::VARCHAR, survey::VARCHAR, ra::DOUBLE, "dec"::DOUBLE, z::DOUBLE, ebv::DOUBLE,
        wavelength::DOUBLE[], flux::DOUBLE[], ivar::DOUBLE[], mask_array::INTEGER[], lsf_sigma::FLOAT[]
    );
