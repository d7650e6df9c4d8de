-- loglbol_1400_netzer19(logl1400): bolometric luminosity from 1400 Angstrom, Netzer 2019.
--
--   logl1400  log10 of lambda L_lambda at 1400 Angstrom [dex(erg/s)]
--   returns   log10 of the bolometric luminosity [dex(erg/s)]; NULL for NULL
--
-- Source: Netzer 2019, MNRAS 488, 5185, table 1: k_bol = 7 (lambda L_lambda / 1e42 erg/s)^-0.1; the same numbers in
-- the public code sculptor (calc_bolometric_luminosity). Computed for geometrically thin accretion discs, from Seyfert to quasar luminosities.
-- The error in dex is 0.9 times that of logl1400 (loglbol_err with slope := 0.9).
-- SELECT loglbol_1400_netzer19(45.0);
CREATE OR REPLACE MACRO loglbol_1400_netzer19(logl1400) AS
    logl1400 + log10(7e0) - 0.1e0 * (logl1400 - 42e0);
