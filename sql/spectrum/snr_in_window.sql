-- snr_in_window(flux, ivar, wavelength, z, wave_min, wave_max): median signal-to-noise ratio per pixel in a rest window.
--
--   flux, ivar, wavelength  lists of the spectra relation
--   z                       redshift
--   wave_min, wave_max      rest wavelengths [Angstrom]
--   returns                 median of flux sqrt(ivar) over pixels with ivar > 0; NULL where none is covered
--
-- SELECT object_key, snr_in_window(flux, ivar, wavelength, z, 5050, 5100) FROM spectra;
CREATE OR REPLACE MACRO snr_in_window(flux, ivar, wavelength, z, wave_min, wave_max) AS
    list_median(
        list_transform(
            list_filter(
                list_zip(
                    rest_slice(flux, wavelength, z, wave_min, wave_max),
                    rest_slice(ivar, wavelength, z, wave_min, wave_max)
                ),
                lambda pixel: pixel[2] > 0
            ),
            lambda pixel: pixel[1] * sqrt(pixel[2])
        )
    );
