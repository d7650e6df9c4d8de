-- sky_distance(ra1, dec1, ra2, dec2): angle between two positions.
--
--   ra1, dec1, ra2, dec2  positions on the same frame [deg]
--   returns               angular distance [deg]; NULL when an input is NULL
--
-- Haversine formula (Sinnott 1984, Sky & Telescope 68, 158): exact for small angles, where the cosine formula loses digits. The
-- arctangent of both legs is exact near 180 degrees too, and keeps NULL, over which least would pass.
-- SELECT 3600 * sky_distance(150.1, 2.2, 150.1, 2.201);   -- arcsec
CREATE OR REPLACE MACRO sky_distance(ra1, dec1, ra2, dec2) AS
    degrees(2e0 * atan2(
        sqrt(
            pow(sin(radians(((dec2) - (dec1)) / 2e0)), 2)
            + cos(radians(dec1)) * cos(radians(dec2)) * pow(sin(radians(((ra2) - (ra1)) / 2e0)), 2)
        ),
        sqrt(abs(
            1e0 - (pow(sin(radians(((dec2) - (dec1)) / 2e0)), 2)
            + cos(radians(dec1)) * cos(radians(dec2)) * pow(sin(radians(((ra2) - (ra1)) / 2e0)), 2))
        ))
    ));
