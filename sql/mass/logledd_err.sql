-- logledd_err(loglbol_err, logmbh_err): statistical error of an Eddington ratio.
--
--   loglbol_err, logmbh_err  1 sigma errors of log L_bol and log M [dex]
--   returns                  1 sigma error [dex]; NULL when an input is NULL or negative
--
-- Both in quadrature: an upper limit, since a mass that rests on the same luminosity moves with it.
-- SELECT logledd_err(0.01, 0.05);
CREATE OR REPLACE MACRO logledd_err(loglbol_err, logmbh_err) AS
    CASE WHEN loglbol_err >= 0 AND logmbh_err >= 0
        THEN sqrt(loglbol_err * loglbol_err + logmbh_err * logmbh_err)
    END;
