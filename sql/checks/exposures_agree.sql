-- exposures_agree: exposures whose number, times or total differ from what the row says of them.
SELECT
    filename AS path,
    object_key AS object,
    format('n_exposures {}, {} in the list, MJD {} to {}, exptime {}.', n_exposures, len(exposures), coalesce(mjd_min::VARCHAR, '-'), coalesce(mjd_max::VARCHAR, '-'), coalesce(exptime::VARCHAR, '-')) AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE n_exposures <> len(exposures)
    OR NOT (mjd_min <= mjd_mean AND mjd_mean <= mjd_max)
    OR exptime < 0
    OR abs(exptime - list_sum(list_transform(exposures, lambda one: one.exptime))) > 1;
