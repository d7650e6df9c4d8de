-- ebv_is_possible: E(B-V) that is negative or above 10 mag.
SELECT
    filename AS path,
    object_key AS object,
    format('ebv is {}.', ebv) AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE NOT (ebv BETWEEN 0 AND 10);
