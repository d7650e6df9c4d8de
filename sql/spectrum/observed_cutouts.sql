-- observed_cutouts(sel, wave_min, wave_max): pieces of spectra by rest wavelength, pixels as they were observed.
--
--   sel       name of a table, view or CTE with object_key, z, wavelength, flux and ivar of the spectra relation
--   wave_min, wave_max  rest wavelengths [Angstrom]; pixels with wave_min <= wavelength / (1+z) < wave_max
--   returns   object_key, z, wavelength [Angstrom], flux [1e-17 erg/s/cm2/Angstrom] and ivar, observed frame; spectra without a
--             pixel in the range, or without a redshift, are left out
--
-- Where sel has wave0 and dwave, as DESI tiles do, the range is computed; else the wavelengths below it are counted.
-- SELECT object_key, len(flux) FROM observed_cutouts(spectra, 4800, 5000);
CREATE OR REPLACE MACRO observed_cutouts(sel, wave_min, wave_max) AS TABLE
    SELECT
        p.object_key, p.z,
        list_slice(p.wavelength, p.n_before + 1, p.n_until) AS wavelength,
        list_slice(p.flux, p.n_before + 1, p.n_until) AS flux,
        list_slice(p.ivar, p.n_before + 1, p.n_until) AS ivar
    FROM (
        SELECT
            s.object_key, s.z, s.wavelength, s.flux, s.ivar,
            CASE WHEN s.dwave > 0 AND s.wave0 IS NOT NULL
                THEN least(greatest(ceil(((wave_min) * (1e0 + s.z) - s.wave0) / s.dwave), 0), len(s.flux))::BIGINT
                ELSE pixels_below(s.wavelength, s.z, wave_min)
            END AS n_before,
            CASE WHEN s.dwave > 0 AND s.wave0 IS NOT NULL
                THEN least(greatest(ceil(((wave_max) * (1e0 + s.z) - s.wave0) / s.dwave), 0), len(s.flux))::BIGINT
                ELSE pixels_below(s.wavelength, s.z, wave_max)
            END AS n_until
        FROM (
            -- a relation without a uniform grid lacks these two
            SELECT NULL::DOUBLE AS wave0, NULL::DOUBLE AS dwave
            WHERE false
            UNION ALL BY NAME
            FROM query_table(sel)
        ) AS s
    ) AS p
    WHERE p.n_until > p.n_before;
