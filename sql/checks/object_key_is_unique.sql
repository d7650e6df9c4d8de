-- object_key_is_unique: keys that two rows share, in one tile or in two.
SELECT
    min(filename) AS path,
    object_key AS object,
    format('{} rows share the key; the last in {}.', count(*), max(filename)) AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE object_key IS NOT NULL
GROUP BY object_key
HAVING count(*) > 1;
