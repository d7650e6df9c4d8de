-- logmbh_ha(fwhm_kms, logl_ha): virial black-hole mass from broad Hα, Greene & Ho 2005.
--
--   fwhm_kms  FWHM of the whole broad Hα profile, rest frame [km/s]
--   logl_ha   log10 luminosity of broad Hα [dex(erg/s)]
--   returns   log10 mass [dex(Msun)]; NULL when an input is NULL or FWHM <= 0
--
-- Source: Greene & Ho 2005, ApJ 630, 122, equation 6: M = 2.0e6 (L_Ha / 1e42)^0.55 (FWHM / 1000 km/s)^2.06; the same numbers in the
-- public code sculptor (sculptor_extensions/qso.py). The 6.57 and 0.47 that some codes give under this name are of Reines et al. 2013.
-- Calibrated on AGN with 40 < logl_ha < 44; the scatter of the relation is not in the quoted error.
-- SELECT logmbh_ha(4500, 43.0);
CREATE OR REPLACE MACRO logmbh_ha(fwhm_kms, logl_ha) AS
    CASE WHEN fwhm_kms > 0
        THEN 6.301029995663981e0 + 2.06e0 * log10(fwhm_kms / 1e3) + 0.55e0 * (logl_ha - 42e0)
    END;
