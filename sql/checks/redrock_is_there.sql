-- redrock_is_there: rows without the best chi-squared or the class of redrock; redrock gives both to every target.
SELECT
    filename AS path,
    object_key AS object,
    'rr_chi2, spectype or zwarn is NULL.' AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE rr_chi2 IS NULL OR spectype IS NULL OR zwarn IS NULL;
