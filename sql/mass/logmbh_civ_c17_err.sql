-- logmbh_civ_c17_err(fwhm_kms, fwhm_kms_err, blueshift_kms, blueshift_kms_err, logl1350_err): statistical error of logmbh_civ_c17.
--
--   fwhm_kms, fwhm_kms_err            FWHM of broad C IV and its 1 sigma error [km/s]
--   blueshift_kms, blueshift_kms_err  blueshift, positive toward the blue, and its 1 sigma error [km/s]
--   logl1350_err                      1 sigma error of logl1350 [dex]
--   returns                           1 sigma error [dex]; NULL when an input is NULL, a width <= 0 or an error negative
--
-- First-order propagation; the errors of the coefficients (0.41 +- 0.02, 0.62 +- 0.04) and the scatter are not in it.
-- SELECT logmbh_civ_c17_err(4500, 200, 1200, 60, 0.01);
CREATE OR REPLACE MACRO logmbh_civ_c17_err(fwhm_kms, fwhm_kms_err, blueshift_kms, blueshift_kms_err, logl1350_err) AS
    CASE
        WHEN fwhm_kms > 0 AND 0.41e0 * blueshift_kms / 1e3 + 0.62e0 > 0
            AND fwhm_kms_err >= 0 AND blueshift_kms_err >= 0 AND logl1350_err >= 0
        THEN sqrt(
            pow(2e0 * fwhm_kms_err / (fwhm_kms * ln(10e0)), 2)
            + pow(2e0 * 0.41e0 * blueshift_kms_err / 1e3 / ((0.41e0 * blueshift_kms / 1e3 + 0.62e0) * ln(10e0)), 2)
            + pow(0.53e0 * logl1350_err, 2)
        )
    END;
