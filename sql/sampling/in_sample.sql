-- in_sample(object_key, share, seed := 0): whether an object belongs to a deterministic random sample.
--
--   object_key  key of the object, a text
--   share       share of all objects, 0 to 1
--   seed        another seed, another sample
--   returns     true or false; NULL when an input is NULL
--
-- The MD5 of key and seed as a number below the share: no order of the engine, threads or file layout enters, a smaller
-- share is part of a larger one, and every table of the object samples alike. TABLESAMPLE promises none of this.
-- SELECT count(*) FROM spectra WHERE in_sample(object_key, 0.1);
CREATE OR REPLACE MACRO in_sample(object_key, share, seed := 0) AS
    md5_number_lower((object_key) || ':' || (seed)::VARCHAR)::DOUBLE / 18446744073709551616e0 < (share);
