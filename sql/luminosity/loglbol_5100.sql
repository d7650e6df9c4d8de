-- loglbol_5100(logl5100): bolometric luminosity from 5100 Angstrom, Richards et al. 2006.
--
--   logl5100  log10 of lambda L_lambda at 5100 Angstrom [dex(erg/s)]
--   returns   log10 of the bolometric luminosity [dex(erg/s)]; NULL for NULL
--
-- Source: Richards et al. 2006, ApJS 166, 470, mean quasar SED, as the factor 9.26 of Shen et al. 2011, ApJS 194, 45,
-- section 3.8; the same factor in the public code sculptor (sculptor_extensions/qso.py) and in sheap 0.0.7. It includes
-- the reprocessed infrared. Made from 259 luminous type 1 quasars; single objects scatter by up to a factor of two
-- about the mean SED. The error in dex is that of logl5100.
-- SELECT loglbol_5100(45.0);
CREATE OR REPLACE MACRO loglbol_5100(logl5100) AS
    logl5100 + log10(9.26e0);
