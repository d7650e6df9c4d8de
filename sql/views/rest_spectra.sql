-- rest_spectra: spectra of the run in the rest frame, as the spectrum macros take them; wide rows, select few.
--
-- One row a fitted object: its usable pixels have ivar > 0. z is 0, since the wavelengths are rest wavelengths already; redshift
-- is that of the fit. Flux density is dereddened, f_rest = f (1+z). With it the spectrum macros work where there are no tiles.
-- SELECT wavelength, median FROM composite(rest_spectra, 4600, 5100, step := 4);
CREATE OR REPLACE VIEW rest_spectra AS
    SELECT
        m.object_key,
        m.object_id,
        m.redshift,
        0e0 AS z,
        m.wave_rest AS wavelength,
        m.flux,
        list_transform(
            list_zip(m.error, m.input_mask),
            lambda pixel: CASE
                WHEN pixel[1] > 0 AND isfinite(pixel[1]) AND pixel[2] THEN (1e0 / (pixel[1] * pixel[1]))::FLOAT ELSE 0::FLOAT
            END
        ) AS ivar
    FROM models AS m;

COMMENT ON COLUMN rest_spectra.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN rest_spectra.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN rest_spectra.redshift IS 'Redshift of the fit';
COMMENT ON COLUMN rest_spectra.z IS '0: the wavelengths are rest wavelengths already';
COMMENT ON COLUMN rest_spectra.wavelength IS 'Rest wavelength, vacuum [Angstrom]';
COMMENT ON COLUMN rest_spectra.flux IS 'Flux density, rest frame, dereddened [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN rest_spectra.ivar IS 'Inverse variance of flux; 0 = do not use';
