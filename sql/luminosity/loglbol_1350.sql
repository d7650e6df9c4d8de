-- loglbol_1350(logl1350): bolometric luminosity from 1350 Angstrom, Richards et al. 2006.
--
--   logl1350  log10 of lambda L_lambda at 1350 Angstrom [dex(erg/s)]
--   returns   log10 of the bolometric luminosity [dex(erg/s)]; NULL for NULL
--
-- Source: Richards et al. 2006, ApJS 166, 470, mean quasar SED, as the factor 3.81 of Shen et al. 2011, ApJS 194, 45,
-- section 3.8; the same factor in the public code sculptor (sculptor_extensions/qso.py) and in sheap 0.0.7. It includes
-- the reprocessed infrared. Made from 259 luminous type 1 quasars; single objects scatter by up to a factor of two
-- about the mean SED. The error in dex is that of logl1350.
-- SELECT loglbol_1350(45.0);
CREATE OR REPLACE MACRO loglbol_1350(logl1350) AS
    logl1350 + log10(3.81e0);
