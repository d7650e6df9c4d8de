-- position_is_on_sky: positions that are missing or outside 0 <= ra < 360, -90 <= dec <= 90.
SELECT
    filename AS path,
    object_key AS object,
    format('ra {}, dec {}.', coalesce(ra::VARCHAR, 'NULL'), coalesce(dec::VARCHAR, 'NULL')) AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE ra IS NULL OR dec IS NULL OR NOT (ra >= 0 AND ra < 360) OR NOT (dec BETWEEN -90 AND 90);
