-- logmbh_mgii_s11(fwhm_kms, logl3000): virial black-hole mass from broad Mg II, Shen et al. 2011.
--
--   fwhm_kms  FWHM of the whole broad Mg II profile, rest frame [km/s]
--   logl3000  log10 lambda L_lambda at 3000 Angstrom [dex(erg/s)]
--   returns   log10 mass [dex(Msun)]; NULL when an input is NULL or FWHM <= 0
--
-- Source: Shen et al. 2011, ApJS 194, 45, equation 8: log M = 6.74 + 2 log(FWHM / 1000 km/s) + 0.62 log(lambda L_lambda / 1e44);
-- the same numbers in the public codes sculptor (sculptor_extensions/qso.py) and d80b2t/CIV_CLQs (as 0.740 for FWHM in km/s).
-- Made to agree with logmbh_hb for SDSS quasars with both lines (0.4 < z < 0.8). The paper quotes no scatter of its own.
-- SELECT logmbh_mgii_s11(4500, 45.0);
CREATE OR REPLACE MACRO logmbh_mgii_s11(fwhm_kms, logl3000) AS
    CASE WHEN fwhm_kms > 0
        THEN 6.74e0 + 2e0 * log10(fwhm_kms / 1e3) + 0.62e0 * (logl3000 - 44e0)
    END;
