-- logmbh_mgii_md04(fwhm_kms, logl3000): virial black-hole mass from broad Mg II, McLure & Dunlop 2004.
--
--   fwhm_kms  FWHM of the whole broad Mg II profile, rest frame [km/s]
--   logl3000  log10 lambda L_lambda at 3000 Angstrom [dex(erg/s)]
--   returns   log10 mass [dex(Msun)]; NULL when an input is NULL or FWHM <= 0
--
-- Source: McLure & Dunlop 2004, MNRAS 352, 1390: M = 3.2 (lambda L_lambda / 1e37 W)^0.62 (FWHM / km/s)^2. Shen et al. 2011,
-- ApJS 194, 45 quote it as (a, b) = (0.505, 0.62) for 1e44 erg/s, in the public code d80b2t/CIV_CLQs, too; 10^0.505 is 3.2.
-- Their FWHM is that of the whole line, its core included. No scatter is given here: none is confirmed by two sources.
-- SELECT logmbh_mgii_md04(4500, 45.0);
CREATE OR REPLACE MACRO logmbh_mgii_md04(fwhm_kms, logl3000) AS
    CASE WHEN fwhm_kms > 0
        THEN 6.505e0 + 2e0 * log10(fwhm_kms / 1e3) + 0.62e0 * (logl3000 - 44e0)
    END;
