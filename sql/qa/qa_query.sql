-- qa_query(sel): fitted objects of any relation that has an object_key.
--
--   sel      name of a table, view or CTE with a column object_key
--   returns  object_key, object_id, z of its objects that the run fitted, each once
--
-- WITH wide AS (FROM catalog WHERE fwhm_hb > 10000) FROM qa_query(wide);
CREATE OR REPLACE MACRO qa_query(sel) AS TABLE
    SELECT o.object_key, o.object_id, o.redshift AS z
    FROM objects AS o
    SEMI JOIN query_table(sel) AS s ON s.object_key = o.object_key
    ORDER BY o.object_key;
