-- logl_lambda(flux, wavelength, z, h0 := 70, om0 := 0.3): monochromatic luminosity lambda L_lambda.
--
--   flux        flux density in the rest frame, f_rest = f_observed (1 + z) [1e-17 erg/s/cm2/Angstrom]
--   wavelength  rest wavelength [Angstrom]
--   z           redshift, more than 0
--   h0, om0     Hubble constant [km/s/Mpc] and matter density of a flat universe
--   returns     log10 of lambda L_lambda [dex(erg/s)]; NULL when an input is NULL or not positive
--
-- Source: Hogg 1999, arXiv:astro-ph/9905116, section 7: lambda L_lambda = 4 pi D_L^2 lambda f_rest, because
-- lambda_rest f_rest = lambda_observed f_observed.
-- SELECT logl_lambda(12.0, 5100, 0.5);
CREATE OR REPLACE MACRO logl_lambda(flux, wavelength, z, h0 := 70e0, om0 := 0.3e0) AS
    logl_on_sphere(
        (flux) * CASE WHEN (wavelength) > 0 THEN (wavelength) END, log_sphere((z), h0 := (h0), om0 := (om0))
    );
