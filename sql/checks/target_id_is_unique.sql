-- target_id_is_unique: targets that stand twice in one release, survey and program; each belongs to one tile.
SELECT
    min(filename) AS path,
    target_id::VARCHAR AS object,
    format('target_id stands in {} rows of {} {} {}; the last in {}.', count(*), coalesce(release, '-'), coalesce(survey, '-'), coalesce(program, '-'), max(filename)) AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE target_id IS NOT NULL AND healpix IS NOT NULL
GROUP BY release, survey, program, target_id
HAVING count(*) > 1;
