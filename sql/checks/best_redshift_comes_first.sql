-- best_redshift_comes_first: lists of redrock's redshifts whose first is not redrock's own.
SELECT
    filename AS path,
    object_key AS object,
    format('z of redrock is {}, the first of the list {}.', z_rr, rr_nbest[1].z) AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE len(rr_nbest) > 0 AND abs(rr_nbest[1].z - z_rr) > 1e-6;
