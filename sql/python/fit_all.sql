-- fit_all(sel): fit every spectrum of a relation, one row a spectrum.
--
--   sel      name of a table, view or CTE with at least wavelength, flux, ivar and z of the spectra relation
--   returns  object_key, object_id, status, message, fit_quality, fit_warn, warning_codes, measurements (a list)
--
-- WITH near AS (FROM spectra WHERE z < 0.5) FROM fit_all(near);
-- Each spectrum is fitted once: the function is called in the inner query and its fields are taken in the outer one.
CREATE OR REPLACE MACRO fit_all(sel) AS TABLE
    SELECT
        f.r.object_key AS object_key,
        f.r.object_id AS object_id,
        f.r.status AS status,
        f.r.message AS message,
        f.r.fit_quality AS fit_quality,
        f.r.fit_warn AS fit_warn,
        f.r.warning_codes AS warning_codes,
        f.r.measurements AS measurements
    FROM (
        SELECT
            fit_quasar_udf(
                s.object_key, s.object_id, s.survey, s.ra, s.dec, s.z, s.ebv, s.wavelength, s.flux, s.ivar, s.mask_array,
                s.lsf_sigma
            ) AS r
        FROM (
            SELECT
                NULL::VARCHAR AS object_key, NULL::VARCHAR AS object_id, NULL::VARCHAR AS survey,
                NULL::DOUBLE AS ra, NULL::DOUBLE AS dec, NULL::DOUBLE AS z, NULL::DOUBLE AS ebv,
                NULL::DOUBLE[] AS wavelength, NULL::DOUBLE[] AS flux, NULL::DOUBLE[] AS ivar,
                NULL::INTEGER[] AS mask_array, NULL::FLOAT[] AS lsf_sigma
            WHERE false
            UNION ALL BY NAME
            SELECT * FROM query_table(sel)
        ) AS s
    ) AS f;
