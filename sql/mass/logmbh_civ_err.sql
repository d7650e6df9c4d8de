-- logmbh_civ_err(fwhm_kms, fwhm_kms_err, logl1350_err): statistical error of logmbh_civ.
--
--   fwhm_kms, fwhm_kms_err  FWHM of broad C IV and its 1 sigma error [km/s]
--   logl1350_err            1 sigma error of logl1350 [dex]
--   returns                 1 sigma error [dex]; NULL when an input is NULL, FWHM <= 0 or an error is negative
--
-- First-order propagation of log M = a + 2 log FWHM + 0.53 log L. The scatter of the relation is not in it
-- (mass_relations lists it).
-- SELECT logmbh_civ_err(4500, 200, 0.01);
CREATE OR REPLACE MACRO logmbh_civ_err(fwhm_kms, fwhm_kms_err, logl1350_err) AS
    CASE WHEN fwhm_kms > 0 AND fwhm_kms_err >= 0 AND logl1350_err >= 0
        THEN sqrt(
            (2e0 * fwhm_kms_err / (fwhm_kms * ln(10e0))) * (2e0 * fwhm_kms_err / (fwhm_kms * ln(10e0)))
            + (0.53e0 * logl1350_err) * (0.53e0 * logl1350_err)
        )
    END;
