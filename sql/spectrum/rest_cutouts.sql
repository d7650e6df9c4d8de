-- rest_cutouts(sel, wave_min, wave_max): rest-frame pieces of spectra, one row a spectrum.
--
--   sel       name of a table, view or CTE with object_key, z, wavelength, flux and ivar of the spectra relation
--   wave_min, wave_max  rest wavelengths [Angstrom]
--   returns   object_key, z, wavelength (rest) [Angstrom], flux [1e-17 erg/s/cm2/Angstrom] and ivar in the rest frame:
--             f_rest = f (1+z), ivar_rest = ivar / (1+z)^2; spectra without a pixel in the range are left out
--
-- SELECT object_key, flux[1:3] FROM rest_cutouts(spectra, 4800, 5000);
CREATE OR REPLACE MACRO rest_cutouts(sel, wave_min, wave_max) AS TABLE
    SELECT
        c.object_key AS object_key,
        c.z AS z,
        list_transform(c.wavelength, lambda pixel: pixel / (1e0 + c.z)) AS wavelength,
        list_transform(c.flux, lambda pixel: pixel * (1e0 + c.z)) AS flux,
        list_transform(c.ivar, lambda pixel: pixel / ((1e0 + c.z) * (1e0 + c.z))) AS ivar
    FROM observed_cutouts(sel, wave_min, wave_max) AS c;
