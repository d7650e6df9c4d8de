-- logl_on_sphere(flux, sphere): luminosity of a source whose light has spread over a sphere.
--
--   flux     flux, or wavelength times rest-frame flux density [1e-17 erg/s/cm2]
--   sphere   log10 of the area, as log_sphere gives it [dex(cm2)]
--   returns  log10 of the luminosity [dex(erg/s)]; NULL when an input is NULL or flux <= 0
--
-- Source: Hogg 1999, arXiv:astro-ph/9905116, equation 20: L = 4 pi D_L^2 F. Several luminosities of one object share its sphere.
-- SELECT logl_on_sphere(300.0, log_sphere(0.5));
CREATE OR REPLACE MACRO logl_on_sphere(flux, sphere) AS
    (sphere) + log10(CASE WHEN (flux) > 0 THEN (flux) END) - 17e0;
