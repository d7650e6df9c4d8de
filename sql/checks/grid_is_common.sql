-- grid_is_common: tiles whose wavelength grid is not that of the other tiles of their survey and program.
WITH grid AS (
    SELECT release, survey, program, filename, object_key, wave0, dwave, n_pix
    FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
),
common_grid AS (
    SELECT release, survey, program, mode((wave0, dwave, n_pix)) AS usual
    FROM grid
    GROUP BY release, survey, program
)
SELECT
    filename AS path,
    object_key AS object,
    format('grid of {} pixels from {} Å in steps of {} Å; others have {}.', n_pix, wave0, coalesce(dwave::VARCHAR, 'NULL'), usual::VARCHAR) AS message
FROM grid
JOIN common_grid
    ON grid.release IS NOT DISTINCT FROM common_grid.release
    AND grid.survey IS NOT DISTINCT FROM common_grid.survey
    AND grid.program IS NOT DISTINCT FROM common_grid.program
WHERE (wave0, dwave, n_pix) IS DISTINCT FROM usual;
