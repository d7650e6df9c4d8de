-- redshift_is_possible: redshifts that are missing, not above -1, or above 20.
--
-- A NaN is found when the rows are read one by one: the statistics of Parquet leave it out, and filters believe them.
SELECT
    filename AS path,
    object_key AS object,
    format('z is {}.', coalesce(z::VARCHAR, 'NULL')) AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE z IS NULL OR z <= -1 OR z > 20;
