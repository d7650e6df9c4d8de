-- rest_cutouts(sel, wave_min, wave_max): rest-frame pieces of spectra, one row a spectrum.
--
--   sel       name of a table, view or CTE with object_key, z, wavelength, flux and ivar of the spectra relation
--   wave_min, wave_max  rest wavelengths [Angstrom]
--   returns   object_key, z, wavelength (rest) [Angstrom], flux [1e-17 erg/s/cm2/Angstrom] and ivar in the rest frame:
--             f_rest = f (1+z), ivar_rest = ivar / (1+z)^2; spectra without a pixel in the range are left out
CREATE OR REPLACE MACRO rest_cutouts(sel, wave_min, wave_max) AS TABLE
    SELECT
        p.object_key AS object_key,
        p.z AS z,
        list_transform(p.w, lambda pixel: pixel / (1e0 + p.z)) AS wavelength,
        list_transform(p.f, lambda pixel: pixel * (1e0 + p.z)) AS flux,
        list_transform(p.iv, lambda pixel: pixel / ((1e0 + p.z) * (1e0 + p.z))) AS ivar
    FROM (
        SELECT
            c.object_key, c.z,
            list_slice(c.wavelength, c.first_pixel, c.last_pixel) AS w,
            list_slice(c.flux, c.first_pixel, c.last_pixel) AS f,
            list_slice(c.ivar, c.first_pixel, c.last_pixel) AS iv
        FROM (
            SELECT
                s.object_key, s.z, s.wavelength, s.flux, s.ivar,
                1 + pixels_below(s.wavelength, s.z, wave_min) AS first_pixel,
                pixels_below(s.wavelength, s.z, wave_max) AS last_pixel
            FROM query_table(sel) AS s
        ) AS c
        WHERE c.last_pixel >= c.first_pixel
    ) AS p;
