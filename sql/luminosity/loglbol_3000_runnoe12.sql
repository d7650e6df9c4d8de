-- loglbol_3000_runnoe12(logl3000): bolometric luminosity from 3000 Angstrom, Runnoe et al. 2012.
--
--   logl3000  log10 of lambda L_lambda at 3000 Angstrom [dex(erg/s)]
--   returns   log10 of the bolometric luminosity [dex(erg/s)]; NULL for NULL
--
-- Source: Runnoe, Brotherton & Shang 2012, MNRAS 422, 478: log L_iso = (1.85 +- 1.27) + (0.98 +- 0.03) log lambda L_lambda, and
-- L_bol = 0.75 L_iso for the mean viewing angle; the same numbers in the public code holodeck (holodeck/ems/runnoe2012.py).
-- Calibrated on the bright quasars of the SED atlas of Shang et al. 2011 (log L_bol about 45 to 47.5). The error in dex is 0.98 times that of logl3000
-- (loglbol_err with slope := 0.98).
-- SELECT loglbol_3000_runnoe12(45.0);
CREATE OR REPLACE MACRO loglbol_3000_runnoe12(logl3000) AS
    log10(0.75e0) + 1.85e0 + 0.98e0 * logl3000;
