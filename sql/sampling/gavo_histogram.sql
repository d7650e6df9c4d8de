-- gavo_histogram(val, lower_edge, upper_edge, nbins): the name that ivo_histogram had before it was taken up by the IVOA.
--
--   val, lower_edge, upper_edge, nbins, returns  those of ivo_histogram
--
-- SELECT gavo_histogram(z, 0, 4, 8) FROM spectra;
CREATE OR REPLACE MACRO gavo_histogram(val, lower_edge, upper_edge, nbins) AS
    ivo_histogram((val), (lower_edge), (upper_edge), (nbins));
