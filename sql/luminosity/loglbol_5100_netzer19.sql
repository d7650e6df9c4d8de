-- loglbol_5100_netzer19(logl5100): bolometric luminosity from 5100 Angstrom, Netzer 2019.
--
--   logl5100  log10 of lambda L_lambda at 5100 Angstrom [dex(erg/s)]
--   returns   log10 of the bolometric luminosity [dex(erg/s)]; NULL for NULL
--
-- Source: Netzer 2019, MNRAS 488, 5185, table 1: k_bol = 40 (lambda L_lambda / 1e42 erg/s)^-0.2; the same numbers in
-- the public code sculptor (calc_bolometric_luminosity) and in GRAHSP. Computed for geometrically thin accretion discs, from Seyfert to quasar luminosities.
-- The error in dex is 0.8 times that of logl5100 (loglbol_err with slope := 0.8).
-- SELECT loglbol_5100_netzer19(45.0);
CREATE OR REPLACE MACRO loglbol_5100_netzer19(logl5100) AS
    logl5100 + log10(40e0) - 0.2e0 * (logl5100 - 42e0);
