-- logmbh_ha_s11_err(fwhm_kms, fwhm_kms_err, logl_ha_err): statistical error of logmbh_ha_s11.
--
--   fwhm_kms, fwhm_kms_err  FWHM of broad Hα and its 1 sigma error [km/s]
--   logl_ha_err             1 sigma error of logl_ha [dex]
--   returns                 1 sigma error [dex]; NULL when an input is NULL, FWHM <= 0 or an error is negative
--
-- First-order propagation of log M = a + 2.1 log FWHM + 0.43 log L. The scatter of the relation is not in it
-- (mass_relations lists it).
-- SELECT logmbh_ha_s11_err(4500, 200, 0.01);
CREATE OR REPLACE MACRO logmbh_ha_s11_err(fwhm_kms, fwhm_kms_err, logl_ha_err) AS
    CASE WHEN fwhm_kms > 0 AND fwhm_kms_err >= 0 AND logl_ha_err >= 0
        THEN sqrt(
            (2.1e0 * fwhm_kms_err / (fwhm_kms * ln(10e0))) * (2.1e0 * fwhm_kms_err / (fwhm_kms * ln(10e0)))
            + (0.43e0 * logl_ha_err) * (0.43e0 * logl_ha_err)
        )
    END;
