-- loglbol_1450_runnoe12(logl1450): bolometric luminosity from 1450 Angstrom, Runnoe et al. 2012.
--
--   logl1450  log10 of lambda L_lambda at 1450 Angstrom [dex(erg/s)]
--   returns   log10 of the bolometric luminosity [dex(erg/s)]; NULL for NULL
--
-- Source: Runnoe, Brotherton & Shang 2012, MNRAS 422, 478: log L_iso = (4.74 +- 1.00) + (0.91 +- 0.02) log lambda L_lambda, and
-- L_bol = 0.75 L_iso for the mean viewing angle; the same numbers in the public code holodeck (holodeck/ems/runnoe2012.py).
-- Calibrated on the bright quasars of the SED atlas of Shang et al. 2011 (log L_bol about 45 to 47.5). The error in dex is 0.91 times that of logl1450
-- (loglbol_err with slope := 0.91).
-- SELECT loglbol_1450_runnoe12(45.0);
CREATE OR REPLACE MACRO loglbol_1450_runnoe12(logl1450) AS
    log10(0.75e0) + 4.74e0 + 0.91e0 * logl1450;
