-- logmbh_mgii_md04_err(fwhm_kms, fwhm_kms_err, logl3000_err): statistical error of logmbh_mgii_md04.
--
--   fwhm_kms, fwhm_kms_err  FWHM of broad Mg II and its 1 sigma error [km/s]
--   logl3000_err            1 sigma error of logl3000 [dex]
--   returns                 1 sigma error [dex]; NULL when an input is NULL, FWHM <= 0 or an error is negative
--
-- First-order propagation of log M = a + 2 log FWHM + 0.62 log L. The scatter of the relation is not in it
-- (mass_relations lists it).
-- SELECT logmbh_mgii_md04_err(4500, 200, 0.01);
CREATE OR REPLACE MACRO logmbh_mgii_md04_err(fwhm_kms, fwhm_kms_err, logl3000_err) AS
    CASE WHEN fwhm_kms > 0 AND fwhm_kms_err >= 0 AND logl3000_err >= 0
        THEN sqrt(
            (2e0 * fwhm_kms_err / (fwhm_kms * ln(10e0))) * (2e0 * fwhm_kms_err / (fwhm_kms * ln(10e0)))
            + (0.62e0 * logl3000_err) * (0.62e0 * logl3000_err)
        )
    END;
