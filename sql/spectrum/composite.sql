-- composite(sel, wave_min, wave_max, step := 1, normalise := true, norm_min := wave_min, norm_max := wave_max): rest-frame
-- composite of any selection of spectra.
--
--   sel        name of a table, view or CTE with object_key, z, wavelength, flux and ivar of the spectra relation
--   wave_min, wave_max  rest wavelengths [Angstrom]
--   step       width of a bin [Angstrom]
--   normalise  divide each spectrum by its median flux density first (else rest-frame flux density)
--   norm_min, norm_max  rest range of that median [Angstrom], inside the other; a short one is quick
--   returns    wavelength (bin centre) [Angstrom], n (pixels), mean, ivar_mean (inverse-variance weighted), ivar_mean_err,
--              median, p16, p84 (16th and 84th percentile)
--
-- Every usable pixel (ivar > 0) goes into the bin where its centre falls: no interpolation, no correlated bins. Bins of less
-- than a pixel stay empty in some spectra. Spectra whose median is not positive cannot be normalised and are left out. Select
-- the columns that you need: percentiles that nobody asks for are not computed.
-- SELECT wavelength, mean FROM composite(spectra, 4700, 5100, step := 2, norm_min := 5050, norm_max := 5100);
CREATE OR REPLACE MACRO composite(
    sel, wave_min, wave_max, step := 1e0, normalise := true, norm_min := NULL, norm_max := NULL
) AS TABLE
    WITH piece AS (
        SELECT
            c.wavelength AS w, c.flux AS f, c.ivar AS iv, 1e0 / (1e0 + c.z) AS to_rest,
            -- f (1+z) over the median of f (1+z) is f over the median of f
            CASE WHEN normalise
                THEN nullif(greatest(list_median(
                    CASE WHEN (norm_min) IS NULL AND (norm_max) IS NULL THEN c.flux
                        ELSE rest_slice(
                            c.flux, c.wavelength, c.z, coalesce(norm_min, wave_min), coalesce(norm_max, wave_max)
                        )
                    END
                ), 0e0), 0e0)
                ELSE 1e0 / (1e0 + c.z)
            END AS norm
        FROM observed_cutouts(sel, wave_min, wave_max) AS c
    ),
    pixel AS (
        SELECT p.norm AS norm, p.to_rest AS to_rest, unnest(p.w) AS w, unnest(p.f) AS f, unnest(p.iv) AS iv
        FROM piece AS p
        WHERE p.norm IS NOT NULL
    ),
    binned AS (
        SELECT
            -- a pixel on the edge of the range may land one rounding error outside of it: trunc keeps it above
            least(
                trunc((x.w * x.to_rest - (wave_min)) / (step))::INTEGER,
                ceil(((wave_max) - (wave_min)) / (step))::INTEGER - 1
            ) AS bin,
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
