-- logmbh_civ_c17(fwhm_kms, blueshift_kms, logl1350): C IV mass corrected for its blueshift, Coatman et al. 2017.
--
--   fwhm_kms       FWHM of the whole broad C IV profile, rest frame [km/s]
--   blueshift_kms  blueshift of the line, positive toward the blue: minus its velocity offset [km/s]
--   logl1350       log10 lambda L_lambda at 1350 Angstrom [dex(erg/s)]
--   returns        log10 mass [dex(Msun)]; NULL when an input is NULL or the (corrected) FWHM <= 0
--
-- Source: Coatman et al. 2017, MNRAS 465, 2120, equations 4 and 6: FWHM_corrected = FWHM / (0.41 blueshift / 1000 + 0.62),
-- log M = 6.71 + 2 log(FWHM_corrected / 1000 km/s) + 0.53 log(lambda L_lambda / 1e44); the same numbers in the public code
-- sculptor (sculptor_extensions/qso.py). Calibrated on 230 luminous quasars with blueshifts from about 0 to 5000 km/s
-- of the line's median wavelength against the systemic redshift of Balmer lines: only as good as the redshift. Below a
-- blueshift of -1512 km/s the correction changes sign and the answer is NULL. The scatter is not in the quoted error.
-- SELECT logmbh_civ_c17(4500, 1200, 46.0);
CREATE OR REPLACE MACRO logmbh_civ_c17(fwhm_kms, blueshift_kms, logl1350) AS
    CASE WHEN fwhm_kms > 0 AND 0.41e0 * blueshift_kms / 1e3 + 0.62e0 > 0
        THEN 6.71e0 + 2e0 * log10(fwhm_kms / 1e3 / (0.41e0 * blueshift_kms / 1e3 + 0.62e0)) + 0.53e0 * (logl1350 - 44e0)
    END;
