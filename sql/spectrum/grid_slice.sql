-- grid_slice(pixels, wave0, dwave, z, wave_min, wave_max): rest_slice for a regular grid, without reading wavelengths.
--
--   pixels        any list with one value a pixel
--   wave0, dwave  observed wavelength of the first pixel and step of the grid [Angstrom], as DESI tiles hold them
--   z             redshift
--   wave_min, wave_max  rest wavelengths [Angstrom]; pixels with wave_min <= wavelength / (1+z) < wave_max
--   returns       a list, empty where the range is not covered; NULL when an input is NULL or dwave <= 0
--
-- A pixel exactly on an edge may fall to either side, as the division rounds.
-- SELECT grid_slice(flux, wave0, dwave, z, 5000, 5020) FROM spectra;
CREATE OR REPLACE MACRO grid_slice(pixels, wave0, dwave, z, wave_min, wave_max) AS
    -- greatest passes over a NULL: the check stands before it
    CASE WHEN (dwave) > 0 AND (wave0) + (z) + (wave_min) + (wave_max) IS NOT NULL
        THEN list_slice(
            pixels,
            greatest(1, 1 + ceil(((wave_min) * (1e0 + (z)) - (wave0)) / (dwave))::BIGINT),
            greatest(0, ceil(((wave_max) * (1e0 + (z)) - (wave0)) / (dwave))::BIGINT)
        )
    END;
