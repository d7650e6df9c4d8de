-- pixels_below(wavelength, z, wave_rest): how many pixels lie blueward of a rest wavelength.
--
--   wavelength  observed wavelengths, increasing [Angstrom], a list
--   z           redshift
--   wave_rest   rest wavelength [Angstrom]
--   returns     count of pixels with wavelength < wave_rest (1 + z); NULL when an input is NULL
--
-- With it a range is a slice: list_slice(flux, 1 + pixels_below(w, z, lo), pixels_below(w, z, hi)).
-- SELECT object_key, pixels_below(wavelength, z, 5008.24) FROM spectra;
CREATE OR REPLACE MACRO pixels_below(wavelength, z, wave_rest) AS
    CASE WHEN (wave_rest) * (1e0 + (z)) IS NOT NULL
        THEN len(list_filter(wavelength, lambda pixel: pixel < (wave_rest) * (1e0 + (z))))
    END;
