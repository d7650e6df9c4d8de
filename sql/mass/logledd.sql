-- logledd(loglbol, logmbh): Eddington ratio.
--
--   loglbol  log10 of the bolometric luminosity [dex(erg/s)]
--   logmbh   log10 of the black-hole mass [dex(Msun)]
--   returns  log10(L_bol / L_Edd) [dex]; NULL when an input is NULL
--
-- Source: L_Edd = 1.26e38 erg/s (M / Msun), ionised hydrogen, the value of Shen et al. 2011, ApJS 194, 45 (their
-- published rows are reproduced with it); 4 pi G m_p c / sigma_T of CODATA 2018 gives 1.2571e38.
-- SELECT logledd(46.0, 8.5);
CREATE OR REPLACE MACRO logledd(loglbol, logmbh) AS
    loglbol - logmbh - log10(1.26e38);
