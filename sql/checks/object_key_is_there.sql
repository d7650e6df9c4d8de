-- object_key_is_there: rows without object_key, or without object_id.
SELECT
    filename AS path,
    format('row {}', file_row_number) AS object,
    'object_key or object_id is NULL.' AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE object_key IS NULL OR object_id IS NULL;
