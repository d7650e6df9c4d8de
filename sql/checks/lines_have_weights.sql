-- lines_have_weights: emission lines with a flux but without its inverse variance, or with a negative one.
SELECT
    filename AS path,
    object_key AS object,
    'a line flux without, or with a negative, inverse variance.' AS message
FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true, filename := true, file_row_number := true)
WHERE oii_flux_ivar < 0 OR hdelta_flux_ivar < 0 OR hgamma_flux_ivar < 0
    OR hbeta_flux_ivar < 0 OR oiii_flux_ivar < 0 OR halpha_flux_ivar < 0
    OR (oii_flux IS NULL) <> (oii_flux_ivar IS NULL)
    OR (hbeta_flux IS NULL) <> (hbeta_flux_ivar IS NULL)
    OR (oiii_flux IS NULL) <> (oiii_flux_ivar IS NULL)
    OR (halpha_flux IS NULL) <> (halpha_flux_ivar IS NULL);
