-- get_profiles(class, band, sample := 1, min_snr := 0, sel := 'spectra'): rest-frame cutouts around a line, each divided by its
-- median flux density.
--
--   class    spectype of the objects, for example QSO; NULL takes all
--   band     lya, civ, ciii, mgii, hb or ha; another one gives no row
--   sample   share of the objects, 0 to 1; the same objects wherever it is asked
--   min_snr  least median signal-to-noise ratio per pixel inside the band
--   sel      name of a table, view or CTE with spectype, object_key, z, wavelength, flux and ivar
--   returns  object_key, z, snr, norm (median) [1e-17 erg/s/cm2/Angstrom, rest frame], wavelength (rest) [Angstrom], flux and
--            ivar over norm; spectra without a pixel in the band, or with a median that is not positive, are left out
--
-- Bands are those of the fit's line complexes (data/recipes). The sample is the MD5 of object_key, see in_sample.
-- SELECT object_key, snr, len(flux) FROM get_profiles('QSO', 'hb', sample := 0.5, min_snr := 2);
CREATE OR REPLACE MACRO get_profiles(class, band, sample := 1e0, min_snr := 0e0, sel := 'spectra') AS TABLE
    WITH member AS (
        SELECT s.*
        FROM query_table(sel) AS s
        WHERE ((class) IS NULL OR s.spectype = (class)) AND in_sample(s.object_key, sample)
    ),
    piece AS (
        SELECT c.object_key, c.z, c.wavelength, c.flux, c.ivar, list_median(c.flux) AS norm
        FROM rest_cutouts(
            member,
            CASE band
                WHEN 'lya' THEN 1150e0 WHEN 'civ' THEN 1450e0 WHEN 'ciii' THEN 1700e0 WHEN 'mgii' THEN 2700e0
                WHEN 'hb' THEN 4640e0 WHEN 'ha' THEN 6400e0
            END,
            CASE band
                WHEN 'lya' THEN 1290e0 WHEN 'civ' THEN 1700e0 WHEN 'ciii' THEN 1970e0 WHEN 'mgii' THEN 2900e0
                WHEN 'hb' THEN 5100e0 WHEN 'ha' THEN 6800e0
            END
        ) AS c
    ),
    profile AS (
        SELECT
            p.object_key, p.z,
            list_median(list_transform(
                list_filter(list_zip(p.flux, p.ivar), lambda pixel: pixel[2] > 0),
                lambda pixel: pixel[1] * sqrt(pixel[2])
            )) AS snr,
            p.norm, p.wavelength,
            list_transform(p.flux, lambda pixel: pixel / p.norm) AS flux,
            list_transform(p.ivar, lambda pixel: pixel * p.norm * p.norm) AS ivar
        FROM piece AS p
        WHERE p.norm > 0
    )
    SELECT f.object_key, f.z, f.snr, f.norm, f.wavelength, f.flux, f.ivar
    FROM profile AS f
    WHERE f.snr >= (min_snr);
