-- logmbh_ha_s11(fwhm_kms, logl_ha): virial black-hole mass from broad Hα, Shen et al. 2011.
--
--   fwhm_kms  FWHM of the whole broad Hα profile, rest frame [km/s]
--   logl_ha   log10 luminosity of broad Hα [dex(erg/s)]
--   returns   log10 mass [dex(Msun)]; NULL when an input is NULL or FWHM <= 0
--
-- Source: Shen et al. 2011, ApJS 194, 45, equation 10: log M = 0.379 + 0.43 log(L_Ha / 1e42) + 2.1 log(FWHM / km/s), written here with
-- FWHM / 1000 km/s; the same numbers in the public code rjsmethurst/bulgeless_reduc (mass.py).
-- Made to agree with logmbh_hb for SDSS quasars with both lines. The paper quotes no scatter of its own.
-- SELECT logmbh_ha_s11(4500, 43.0);
CREATE OR REPLACE MACRO logmbh_ha_s11(fwhm_kms, logl_ha) AS
    CASE WHEN fwhm_kms > 0
        THEN 6.679e0 + 2.1e0 * log10(fwhm_kms / 1e3) + 0.43e0 * (logl_ha - 42e0)
    END;
