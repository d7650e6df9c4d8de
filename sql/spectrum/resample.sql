-- resample(sel, wave_min, wave_max, step := 1): spectra on a common rest-frame grid, one row a spectrum and bin.
--
--   sel      name of a table, view or CTE with object_key, z, wavelength, flux and ivar of the spectra relation
--   wave_min, wave_max  rest wavelengths [Angstrom]
--   step     width of a bin [Angstrom], at least about a pixel
--   returns  object_key, wavelength (bin centre), flux (inverse-variance weighted mean of the pixels whose centre falls into
--            the bin) [1e-17 erg/s/cm2/Angstrom, rest frame], flux_err, n (pixels); empty bins are left out
--
-- SELECT object_key, wavelength, flux FROM resample(spectra, 4700, 5100, step := 4);
CREATE OR REPLACE MACRO resample(sel, wave_min, wave_max, step := 1e0) AS TABLE
    WITH pixel AS (
        SELECT r.object_key AS object_key, unnest(r.wavelength) AS w, unnest(r.flux) AS f, unnest(r.ivar) AS iv
        FROM rest_cutouts(sel, wave_min, wave_max) AS r
    )
    SELECT
        x.object_key AS object_key,
        -- a pixel on the edge of the range may land one rounding error outside of it
        (wave_min) + (step) * (
            greatest(0, least(floor((x.w - (wave_min)) / (step)), ceil(((wave_max) - (wave_min)) / (step)) - 1)) + 0.5e0
        ) AS wavelength,
        sum(x.f * x.iv) / sum(x.iv) AS flux,
        1e0 / sqrt(sum(x.iv)) AS flux_err,
        count(*) AS n
    FROM pixel AS x
    WHERE x.iv > 0
    GROUP BY ALL
    ORDER BY x.object_key, wavelength;
