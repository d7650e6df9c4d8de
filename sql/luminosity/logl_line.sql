-- logl_line(flux, z, h0 := 70, om0 := 0.3): luminosity of an emission line.
--
--   flux     integrated line flux [1e-17 erg/s/cm2]; the same in the observed and the rest frame
--   z        redshift, more than 0
--   h0, om0  Hubble constant [km/s/Mpc] and matter density of a flat universe
--   returns  log10 of the line luminosity [dex(erg/s)]; NULL when an input is NULL or not positive
--
-- Source: Hogg 1999, arXiv:astro-ph/9905116, equation 20: L = 4 pi D_L^2 F.
-- SELECT logl_line(300.0, 0.5);
CREATE OR REPLACE MACRO logl_line(flux, z, h0 := 70e0, om0 := 0.3e0) AS
    logl_on_sphere((flux), log_sphere((z), h0 := (h0), om0 := (om0)));
