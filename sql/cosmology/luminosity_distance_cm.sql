-- luminosity_distance_cm(z, h0 := 70, om0 := 0.3): luminosity distance in a flat universe, in centimetres.
--
--   z        redshift, 0 or more
--   h0       Hubble constant [km/s/Mpc]
--   om0      matter density today, between 0 and 1
--   returns  luminosity distance [cm]; NULL when an input is NULL, z < 0 or h0 <= 0
--
-- Source: luminosity_distance_mpc; 1 Mpc = 3.0856775814913673e24 cm (IAU 2015 resolution B2: 648000/pi au a parsec).
-- SELECT luminosity_distance_cm(1.0);
CREATE OR REPLACE MACRO luminosity_distance_cm(z, h0 := 70e0, om0 := 0.3e0) AS
    3.0856775814913673e24 * luminosity_distance_mpc(z, h0 := h0, om0 := om0);
