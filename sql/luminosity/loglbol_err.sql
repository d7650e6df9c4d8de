-- loglbol_err(logl_err, slope := 1): statistical error of a bolometric luminosity.
--
--   logl_err  1 sigma error of the monochromatic luminosity [dex]
--   slope     d log L_bol / d log lambda L_lambda of the relation, as its header gives it
--   returns   1 sigma error [dex]; NULL when logl_err is NULL or negative
--
-- First-order propagation; the scatter of the relation from quasar to quasar is not in it.
-- SELECT loglbol_err(0.01, slope := 0.91);
CREATE OR REPLACE MACRO loglbol_err(logl_err, slope := 1e0) AS
    CASE WHEN logl_err >= 0 THEN slope * logl_err END;
