-- qa_failures(): spectra that could not be fitted.
--
--   returns  object_key, object_id, source, row_index, exception_type, message
--
-- FROM qa_failures();
CREATE OR REPLACE MACRO qa_failures() AS TABLE
    SELECT f.object_key, f.object_id, f.source, f.row_index, f.exception_type, f.message
    FROM failures AS f
    ORDER BY f.object_key;
