-- logmbh_hb_md04(fwhm_kms, logl5100): virial black-hole mass from broad Hbeta, McLure & Dunlop 2004.
--
--   fwhm_kms  FWHM of the whole broad Hbeta profile, rest frame [km/s]
--   logl5100  log10 lambda L_lambda at 5100 Angstrom [dex(erg/s)]
--   returns   log10 mass [dex(Msun)]; NULL when an input is NULL or FWHM <= 0
--
-- Source: McLure & Dunlop 2004, MNRAS 352, 1390: M = 4.7 (lambda L_lambda / 1e37 W)^0.61 (FWHM / km/s)^2. Shen et al. 2011,
-- ApJS 194, 45 quote it as (a, b) = (0.672, 0.61) for 1e44 erg/s, in the public code d80b2t/CIV_CLQs, too; 10^0.672 is 4.7.
-- No scatter is given here: none is confirmed by two sources.
-- SELECT logmbh_hb_md04(4500, 45.0);
CREATE OR REPLACE MACRO logmbh_hb_md04(fwhm_kms, logl5100) AS
    CASE WHEN fwhm_kms > 0
        THEN 6.672e0 + 2e0 * log10(fwhm_kms / 1e3) + 0.61e0 * (logl5100 - 44e0)
    END;
