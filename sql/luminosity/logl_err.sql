-- logl_err(flux, flux_err): error of a log luminosity from the error of its flux.
--
--   flux, flux_err  flux or flux density and its 1 sigma error, in the same unit
--   returns         1 sigma error [dex]; NULL when an input is NULL, flux <= 0 or flux_err < 0
--
-- First-order propagation: flux_err / (flux ln 10). The distance counts as exact.
-- SELECT logl_err(300.0, 9.0);
CREATE OR REPLACE MACRO logl_err(flux, flux_err) AS
    CASE WHEN flux > 0 AND flux_err >= 0 THEN flux_err / (flux * ln(10e0)) END;
