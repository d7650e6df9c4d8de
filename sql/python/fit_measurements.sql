-- fit_measurements(sel): fit every spectrum of a relation, one row a measurement.
--
--   sel      name of a table, view or CTE with at least wavelength, flux, ivar and z of the spectra relation
--   returns  object_key, object_id, status, message, then the columns of measurements; a failed spectrum keeps one
--            row with its message and NULL measurements
--
-- WITH near AS (FROM spectra WHERE z < 0.5)
-- SELECT object_key, value FROM fit_measurements(near) WHERE quantity = 'hb_broad_fwhm';
CREATE OR REPLACE MACRO fit_measurements(sel) AS TABLE
    SELECT
        a.object_key, a.object_id, a.status, a.message,
        unnest(CASE WHEN len(a.measurements) > 0 THEN a.measurements ELSE [NULL] END, recursive := true)
    FROM fit_all(sel) AS a;
