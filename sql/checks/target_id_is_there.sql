-- target_id_is_there: rows of a DESI tile without a target: NULL, or negative as sky fibres have.
SELECT
    filename AS path,
    object_key AS object,
    format('target_id is {}; expected a positive number.', coalesce(target_id::VARCHAR, 'NULL')) AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE target_id IS NULL OR target_id < 0;
