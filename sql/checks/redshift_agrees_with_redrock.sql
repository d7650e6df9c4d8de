-- redshift_agrees_with_redrock: redshifts other than redrock's where no afterburner replaced them.
SELECT
    filename AS path,
    object_key AS object,
    format('z is {}, that of redrock {}.', z, z_rr) AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE z <> z_rr AND (coalesce(qso_maskbits, 0) & 16) = 0;
