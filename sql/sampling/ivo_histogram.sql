-- ivo_histogram(val, lower_edge, upper_edge, nbins): histogram of a column, an aggregate.
--
--   val         what is counted, one value a row
--   lower_edge, upper_edge  range of the bins; lower_edge itself is inside, upper_edge outside
--   nbins       number of bins
--   returns     INTEGER[] of nbins + 2 counts: below the range (NULL and NaN too), each bin, at or above the range; NULL when
--               another input is NULL, upper_edge <= lower_edge or nbins < 1
--
-- Source: IVOA catalogue of ADQL user-defined functions 1.1, ivo_histogram; known as gavo_histogram in its earlier version.
-- SELECT ivo_histogram(z, 0, 4, 8) FROM spectra;
CREATE OR REPLACE MACRO ivo_histogram(val, lower_edge, upper_edge, nbins) AS
    CASE WHEN any_value((upper_edge) > (lower_edge) AND (nbins) >= 1)
        THEN list_slice(
            map_values(histogram(
                CASE
                    WHEN (val) IS NULL OR isnan((val)::DOUBLE) OR (val) < (lower_edge) THEN 0
                    WHEN (val) >= (upper_edge) THEN (nbins) + 1
                    ELSE least(
                        1 + floor(((val) - (lower_edge))::DOUBLE / ((upper_edge) - (lower_edge)) * (nbins)), (nbins)
                    )
                END::INTEGER,
                range(0, greatest((nbins), 1) + 2)::INTEGER[]
            )),
            1, (nbins) + 2
        )::INTEGER[]
    END;
