-- logmbh_hb(fwhm_kms, logl5100): virial black-hole mass from broad Hβ, Vestergaard & Peterson 2006.
--
--   fwhm_kms  FWHM of the whole broad Hβ profile, rest frame [km/s]
--   logl5100  log10 lambda L_lambda at 5100 Angstrom, host removed [dex(erg/s)]
--   returns   log10 mass [dex(Msun)]; NULL when an input is NULL or FWHM <= 0
--
-- Source: Vestergaard & Peterson 2006, ApJ 641, 689, equation 5: log M = 6.91 + 2 log(FWHM / 1000 km/s) + 0.50 log(lambda L_lambda / 1e44);
-- the same numbers in the public codes sculptor (sculptor_extensions/qso.py) and sheap 0.0.7.
-- Calibrated on reverberation-mapped AGN, 42 < logl5100 < 46. The 0.43 dex scatter of the relation is not in the quoted error.
-- SELECT logmbh_hb(4500, 45.0);
CREATE OR REPLACE MACRO logmbh_hb(fwhm_kms, logl5100) AS
    CASE WHEN fwhm_kms > 0
        THEN 6.91e0 + 2e0 * log10(fwhm_kms / 1e3) + 0.50e0 * (logl5100 - 44e0)
    END;
