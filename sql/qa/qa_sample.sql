-- qa_sample(n := 20, seed := 0): a random sample of fitted objects that is the same wherever it is drawn.
--
--   n        how many, at most
--   seed     another seed, another sample
--   returns  object_key, object_id, z
--
-- Sorted by the MD5 of key and seed: no sampling order of the engine, threads or file layout enters.
-- FROM qa_sample(n := 50, seed := 1);
CREATE OR REPLACE MACRO qa_sample(n := 20, seed := 0) AS TABLE
    SELECT o.object_key, o.object_id, o.redshift AS z
    FROM objects AS o
    QUALIFY row_number() OVER (ORDER BY md5(o.object_key || ':' || (seed)::VARCHAR), o.object_key) <= (n)
    ORDER BY o.object_key;
