-- qa_bins(sel, score, n := 5, bins := 4, seed := 0): a deterministic sample from each of equally filled bins of a score.
--
--   sel      name of a table, view or CTE with a column object_key
--   score    a numeric expression of its columns, for example fwhm_hb
--   n        how many from each bin, at most
--   bins     number of bins
--   returns  the columns of sel, qa_score and qa_bin (1 = lowest)
--
-- SELECT object_key, qa_bin, qa_score FROM qa_bins(catalog, fwhm_hb, n := 3, bins := 4);
CREATE OR REPLACE MACRO qa_bins(sel, score, n := 5, bins := 4, seed := 0) AS TABLE
    WITH scored AS (SELECT *, (score)::DOUBLE AS qa_score FROM query_table(sel)),
    binned AS (
        SELECT s.*, ntile(bins) OVER (ORDER BY s.qa_score, s.object_key) AS qa_bin
        FROM scored AS s
        WHERE isfinite(s.qa_score)
    )
    SELECT b.*
    FROM binned AS b
    QUALIFY row_number() OVER (
        PARTITION BY b.qa_bin ORDER BY md5(b.object_key || ':' || (seed)::VARCHAR), b.object_key
    ) <= (n)
    ORDER BY b.qa_bin, b.object_key;
