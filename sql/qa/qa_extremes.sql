-- qa_extremes(quantity_name, n := 20, section_name := NULL): objects with the lowest and the highest values of a measured quantity.
--
--   quantity_name  name in measurements, for example hb_broad_fwhm; in bundles of qsospec 0.1.1 this name or theirs
--   n              how many at each end
--   section_name   section of the quantity, where the name alone is not unique
--   returns        object_key, object_id, value, error, side (low or high), from the most extreme on
--
-- FROM qa_extremes('hb_broad_fwhm', n := 5);
CREATE OR REPLACE MACRO qa_extremes(quantity_name, n := 20, section_name := NULL) AS TABLE
    WITH measured AS (
        SELECT n.object_key, n.section, n.value, n.error
        FROM named_measurements AS n
        WHERE n.quantity = (quantity_name)
        UNION ALL
        SELECT e.object_key, e.section, e.value, e.error
        FROM measurements AS e
        WHERE e.quantity = (quantity_name) AND e.object_number IS NULL
    ),
    ranked AS (
        SELECT
            m.object_key, o.object_id, m.value, m.error,
            row_number() OVER (ORDER BY m.value, m.object_key) AS from_low,
            row_number() OVER (ORDER BY m.value DESC, m.object_key) AS from_high
        FROM measured AS m
        JOIN objects AS o ON o.object_key = m.object_key
        WHERE ((section_name) IS NULL OR m.section = (section_name)) AND isfinite(m.value)
    )
    SELECT
        r.object_key, r.object_id, r.value, r.error,
        CASE WHEN r.from_low <= r.from_high THEN 'low' ELSE 'high' END AS side
    FROM ranked AS r
    WHERE r.from_low <= (n) OR r.from_high <= (n)
    ORDER BY side DESC, least(r.from_low, r.from_high);
