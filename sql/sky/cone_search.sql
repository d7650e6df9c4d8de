-- cone_search(sel, ra0, dec0, radius): rows of a relation inside a circle on the sky.
--
--   sel         name of a table, view or CTE with columns ra and dec [deg]
--   ra0, dec0   centre [deg]
--   radius      radius [deg]
--   returns     the columns of sel and distance [deg], nearest first
--
-- SELECT object_key, distance FROM cone_search(spectra, 150.1, 2.2, 0.5);
CREATE OR REPLACE MACRO cone_search(sel, ra0, dec0, radius) AS TABLE
    SELECT s.*, sky_distance(s.ra, s.dec, ra0, dec0) AS distance
    FROM query_table(sel) AS s
    WHERE s.dec BETWEEN (dec0) - (radius) AND (dec0) + (radius)
        AND sky_distance(s.ra, s.dec, ra0, dec0) <= (radius)
    ORDER BY distance;
