-- logmbh_mgii(fwhm_kms, logl3000): virial black-hole mass from broad Mg II, Vestergaard & Osmer 2009.
--
--   fwhm_kms  FWHM of the whole broad Mg II profile, rest frame [km/s]
--   logl3000  log10 lambda L_lambda at 3000 Angstrom [dex(erg/s)]
--   returns   log10 mass [dex(Msun)]; NULL when an input is NULL or FWHM <= 0
--
-- Source: Vestergaard & Osmer 2009, ApJ 699, 800, equation 1: log M = 6.86 + 2 log(FWHM / 1000 km/s) + 0.50 log(lambda L_lambda / 1e44);
-- the same numbers in the public codes sculptor (sculptor_extensions/qso.py) and d80b2t/CIV_CLQs (as 0.860 for FWHM in km/s).
-- FWHM of the profile with UV Fe II removed. The 0.55 dex scatter of the relation is not in the quoted error.
-- SELECT logmbh_mgii(4500, 45.0);
CREATE OR REPLACE MACRO logmbh_mgii(fwhm_kms, logl3000) AS
    CASE WHEN fwhm_kms > 0
        THEN 6.86e0 + 2e0 * log10(fwhm_kms / 1e3) + 0.50e0 * (logl3000 - 44e0)
    END;
