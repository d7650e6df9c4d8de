-- composite(sel, wave_min, wave_max, step := 1, normalise := true): rest-frame composite of any selection of spectra.
--
--   sel        name of a table, view or CTE with object_key, z, wavelength, flux and ivar of the spectra relation
--   wave_min, wave_max  rest wavelengths [Angstrom]
--   step       width of a bin [Angstrom]
--   normalise  divide each spectrum by its median flux density in the range first (else rest-frame flux density)
--   returns    wavelength (bin centre) [Angstrom], n (pixels), mean, ivar_mean (inverse-variance weighted), ivar_mean_err,
--              median, p16, p84
--
-- Every usable pixel (ivar > 0) goes into the bin where its centre falls: no interpolation, no correlated bins. Bins of less
-- than a pixel stay empty in some spectra. Spectra whose median is not positive cannot be normalised and are left out.
CREATE OR REPLACE MACRO composite(sel, wave_min, wave_max, step := 1e0, normalise := true) AS TABLE
    WITH piece AS (
        SELECT r.wavelength AS w, r.flux AS f, r.ivar AS iv, CASE WHEN normalise THEN list_median(r.flux) ELSE 1e0 END AS norm
        FROM rest_cutouts(sel, wave_min, wave_max) AS r
    ),
    pixel AS (
        SELECT p.norm AS norm, unnest(p.w) AS w, unnest(p.f) AS f, unnest(p.iv) AS iv
        FROM piece AS p
        WHERE p.norm > 0
    ),
    binned AS (
        SELECT
            -- a pixel on the edge of the range may land one rounding error outside of it
            greatest(0, least(floor((x.w - (wave_min)) / (step)), ceil(((wave_max) - (wave_min)) / (step)) - 1)) AS bin,
            x.f / x.norm AS f,
            x.iv * x.norm * x.norm AS iv
        FROM pixel AS x
        WHERE x.iv > 0
    )
    SELECT
        (wave_min) + (step) * (b.bin + 0.5e0) AS wavelength,
        count(*) AS n,
        avg(b.f) AS mean,
        sum(b.f * b.iv) / sum(b.iv) AS ivar_mean,
        1e0 / sqrt(sum(b.iv)) AS ivar_mean_err,
        median(b.f) AS median,
        quantile_cont(b.f, 0.16) AS p16,
        quantile_cont(b.f, 0.84) AS p84
    FROM binned AS b
    GROUP BY b.bin
    ORDER BY b.bin;
