-- crossmatch(lhs, rhs, radius): pairs of rows of two relations closer than a radius on the sky.
--
--   lhs, rhs  names of tables, views or CTEs with columns ra and dec [deg]
--   radius    greatest distance [deg], below 10
--   returns   a (row of lhs as a struct), b (row of rhs as a struct), distance [deg]; every pair, not only the nearest
--
-- Zones of declination as high as the radius turn the join into one on equal zone numbers (Gray, Nieto-Santisteban & Szalay
-- 2007, arXiv:cs/0701171); the distance decides within a zone, also across 0 h and at the poles.
-- SELECT a.object_key, b.object_key, 3600 * distance FROM crossmatch(objects, catalog, 1 / 3600);
CREATE OR REPLACE MACRO crossmatch(lhs, rhs, radius) AS TABLE
    WITH near AS (
        SELECT l AS a, l.ra AS ra, l.dec AS dec, unnest([-1, 0, 1]) + floor(l.dec / (radius))::BIGINT AS zone
        FROM query_table(lhs) AS l
    ),
    far AS (
        SELECT r AS b, r.ra AS ra, r.dec AS dec, floor(r.dec / (radius))::BIGINT AS zone
        FROM query_table(rhs) AS r
    )
    SELECT n.a AS a, f.b AS b, sky_distance(n.ra, n.dec, f.ra, f.dec) AS distance
    FROM near AS n
    JOIN far AS f
        ON f.zone = n.zone
        AND abs(f.dec - n.dec) <= (radius)
        AND sky_distance(n.ra, n.dec, f.ra, f.dec) <= (radius);
