-- identity_agrees_with_path: rows whose release, survey, program or pixel is not that of the folders they lie in.
WITH place AS (
    SELECT
        *,
        string_split(replace(filename, '\', '/'), '/') AS parts
    FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
)
SELECT
    filename AS path,
    object_key AS object,
    format('the row says {}/{}/{}/{}.', coalesce(release, 'unknown'), coalesce(survey, 'unknown'), coalesce(program, 'unknown'), coalesce(healpix::VARCHAR, '-')) AS message
FROM place
WHERE parts[-5] <> coalesce(release, 'unknown')
    OR parts[-4] <> coalesce(survey, 'unknown')
    OR parts[-3] <> coalesce(program, 'unknown')
    -- From DR3 on a tile is called by its UNIQPIX.
    OR (healpix IS NOT NULL AND parts[-2] NOT IN (format('tile_{}', healpix), format('tile_{}', healpix + 4 * nside * nside)));
