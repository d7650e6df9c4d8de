-- log_sphere(z, h0 := 70, om0 := 0.3): area over which the light of a source has spread.
--
--   z        redshift, more than 0
--   h0, om0  Hubble constant [km/s/Mpc] and matter density of a flat universe
--   returns  log10 of 4 pi D_L^2 [dex(cm2)]; NULL when an input is NULL, z <= 0, h0 <= 0 or om0 outside 0..1
--
-- Source: Hogg 1999, arXiv:astro-ph/9905116, equation 20: L = 4 pi D_L^2 F. D_L is luminosity_distance_cm.
-- SELECT log_sphere(1.0);
CREATE OR REPLACE MACRO log_sphere(z, h0 := 70e0, om0 := 0.3e0) AS
    log10(4e0 * pi()) + 2e0 * log10(nullif(luminosity_distance_cm((z), h0 := (h0), om0 := (om0)), 0e0));
