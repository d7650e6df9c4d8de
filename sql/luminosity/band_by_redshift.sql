-- band_by_redshift(z, optical, near_uv, uv): which of three measurements of a quasar is the one to publish.
--
--   z                     redshift
--   optical, near_uv, uv  the same quantity from the optical (5100 Angstrom, Hbeta), the near ultraviolet (3000, Mg II) and
--                         the ultraviolet (1350, C IV)
--   returns               'optical', 'near_uv' or 'uv'; NULL where z or all three are NULL
--
-- Source: Shen et al. 2011, ApJS 194, 45, who choose fiducial masses so: optical below z = 0.7, near ultraviolet from there
-- on, ultraviolet from 1.9 on. Where that one is missing, near ultraviolet, optical, ultraviolet, whichever comes first.
-- SELECT band_by_redshift(0.5, 45.1, 45.0, NULL);
CREATE OR REPLACE MACRO band_by_redshift(z, optical, near_uv, uv) AS
    CASE
        WHEN (z) IS NULL THEN NULL
        WHEN (z) < 0.7e0 AND (optical) IS NOT NULL THEN 'optical'
        WHEN (z) >= 1.9e0 AND (uv) IS NOT NULL THEN 'uv'
        WHEN (near_uv) IS NOT NULL THEN 'near_uv'
        WHEN (optical) IS NOT NULL THEN 'optical'
        WHEN (uv) IS NOT NULL THEN 'uv'
    END;
