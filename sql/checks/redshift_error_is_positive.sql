-- redshift_error_is_positive: redshift errors that are negative.
SELECT
    filename AS path,
    object_key AS object,
    format('zerr is {}.', zerr) AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE zerr < 0;
