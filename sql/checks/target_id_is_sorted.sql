-- target_id_is_sorted: rows that do not follow the order of target_id, which lets look-ups skip row groups.
SELECT
    filename AS path,
    object_key AS object,
    format('target_id {} follows {}.', target_id, before) AS message
FROM (
    SELECT
        filename,
        object_key,
        target_id,
        lag(target_id) OVER (PARTITION BY filename ORDER BY file_row_number) AS before
    FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
)
WHERE target_id < before;
