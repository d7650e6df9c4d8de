-- rest_slice(pixels, wavelength, z, wave_min, wave_max): the part of a pixel list inside a rest-frame range.
--
--   pixels      any list with one value a pixel: flux, ivar, mask_array, wavelength; values pass unchanged
--   wavelength  observed wavelengths, increasing [Angstrom], a list of the same length
--   z           redshift
--   wave_min, wave_max  rest wavelengths [Angstrom]; pixels with wave_min <= wavelength / (1+z) < wave_max
--   returns     a list, empty where the range is not covered; NULL when an input is NULL
--
-- SELECT rest_slice(flux, wavelength, z, 5000, 5020) FROM spectra;
CREATE OR REPLACE MACRO rest_slice(pixels, wavelength, z, wave_min, wave_max) AS
    list_slice(pixels, 1 + pixels_below(wavelength, z, wave_min), pixels_below(wavelength, z, wave_max));
