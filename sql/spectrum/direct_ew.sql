-- direct_ew(sel, line_min, line_max, blue_min, blue_max, red_min, red_max): equivalent width by direct integration.
--
--   sel       name of a table, view or CTE with object_key, z, wavelength, flux and ivar of the spectra relation
--   line_min, line_max  rest range that is integrated [Angstrom]
--   blue_min, blue_max, red_min, red_max  rest ranges of the continuum on both sides [Angstrom]
--   returns   object_key, ew [Angstrom], positive in emission, ew_err (photon noise of the line pixels; the continuum counts
--             as exact), n (line pixels)
--
-- EW is the sum of (f / f_c - 1) times the pixel width; f_c is the line through the medians (flux and
-- wavelength) of the two continuum ranges. Spectra that do not cover all three ranges, or whose f_c is not positive, are left out.
-- SELECT object_key, ew, ew_err FROM direct_ew(spectra, 4980, 5030, 4920, 4970, 5040, 5090);
CREATE OR REPLACE MACRO direct_ew(sel, line_min, line_max, blue_min, blue_max, red_min, red_max) AS TABLE
    WITH side AS (
        SELECT
            r.object_key AS object_key, r.wavelength AS w, r.flux AS f, r.ivar AS iv,
            list_median(rest_slice(r.flux, r.wavelength, 0, blue_min, blue_max)) AS blue,
            list_median(rest_slice(r.flux, r.wavelength, 0, red_min, red_max)) AS red,
            list_median(rest_slice(r.wavelength, r.wavelength, 0, blue_min, blue_max)) AS blue_centre,
            list_median(rest_slice(r.wavelength, r.wavelength, 0, red_min, red_max)) AS red_centre
        FROM rest_cutouts(sel, least(blue_min, line_min), greatest(red_max, line_max)) AS r
    ),
    pixel AS (
        SELECT
            s.object_key AS object_key, s.blue AS blue, s.red AS red,
            s.blue_centre AS blue_centre, s.red_centre AS red_centre,
            unnest(s.w) AS w, unnest(s.f) AS f, unnest(s.iv) AS iv,
            unnest(list_transform(s.w, lambda v, i: (s.w[least(i + 1, len(s.w))] - s.w[greatest(i - 1, 1)])
                / (least(i + 1, len(s.w)) - greatest(i - 1, 1)))) AS dw
        FROM side AS s
        WHERE s.blue IS NOT NULL AND s.red IS NOT NULL AND len(s.w) > 1
    ),
    line_pixel AS (
        SELECT
            x.object_key AS object_key, x.f AS f, x.iv AS iv, x.dw AS dw,
            x.blue + (x.red - x.blue) * (x.w - x.blue_centre) / (x.red_centre - x.blue_centre) AS fc
        FROM pixel AS x
        WHERE x.w >= (line_min) AND x.w < (line_max) AND x.iv > 0
    )
    SELECT
        p.object_key AS object_key,
        sum((p.f / p.fc - 1e0) * p.dw) AS ew,
        sqrt(sum(p.dw * p.dw / (p.fc * p.fc * p.iv))) AS ew_err,
        count(*) AS n
    FROM line_pixel AS p
    GROUP BY p.object_key
    HAVING min(p.fc) > 0
    ORDER BY p.object_key;
