-- logmbh_civ(fwhm_kms, logl1350): virial black-hole mass from broad C IV, Vestergaard & Peterson 2006.
--
--   fwhm_kms  FWHM of the whole broad C IV profile, rest frame [km/s]
--   logl1350  log10 lambda L_lambda at 1350 Angstrom [dex(erg/s)]
--   returns   log10 mass [dex(Msun)]; NULL when an input is NULL or FWHM <= 0
--
-- Source: Vestergaard & Peterson 2006, ApJ 641, 689, equation 7: log M = 6.66 + 2 log(FWHM / 1000 km/s) + 0.53 log(lambda L_lambda / 1e44);
-- the same numbers in the public codes sculptor (sculptor_extensions/qso.py) and d80b2t/CIV_CLQs (as 0.660 for FWHM in km/s).
-- Biased high for strongly blueshifted lines (see logmbh_civ_c17). The 0.36 dex scatter of the relation is not in the quoted error.
-- SELECT logmbh_civ(4500, 46.0);
CREATE OR REPLACE MACRO logmbh_civ(fwhm_kms, logl1350) AS
    CASE WHEN fwhm_kms > 0
        THEN 6.66e0 + 2e0 * log10(fwhm_kms / 1e3) + 0.53e0 * (logl1350 - 44e0)
    END;
