-- loglbol_3000_netzer19(logl3000, factor := 25): bolometric luminosity from 3000 Angstrom, Netzer 2019.
--
--   logl3000  log10 of lambda L_lambda at 3000 Angstrom [dex(erg/s)]
--   factor    k_bol at 1e42 erg/s; the table prints 25 and, in parentheses, 19
--   returns   log10 of the bolometric luminosity [dex(erg/s)]; NULL for NULL or factor <= 0
--
-- Source: Netzer 2019, MNRAS 488, 5185, table 1: k_bol = 25(19) (lambda L_lambda / 1e42 erg/s)^-0.2, both factors and the
-- exponent as in the table of its arXiv version (1907.09534). The public code sculptor (calc_bolometric_luminosity) takes 19,
-- which makes luminosities 0.12 dex fainter; the first value is the one that belongs beside the table's others.
-- Computed for geometrically thin accretion discs, from Seyfert to quasar luminosities. The error in dex is 0.8 times that of
-- logl3000 (loglbol_err with slope := 0.8).
-- SELECT loglbol_3000_netzer19(45.0);
CREATE OR REPLACE MACRO loglbol_3000_netzer19(logl3000, factor := 25e0) AS
    logl3000 + log10(CASE WHEN (factor) > 0 THEN (factor) END) - 0.2e0 * (logl3000 - 42e0);
