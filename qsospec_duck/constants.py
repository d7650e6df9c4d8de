"""Constants of nature and of the house, each with its source."""

import math

C_KMS = 299_792.458
"""Speed of light [km/s], exact (SI)."""

FWHM_PER_SIGMA = 2.0 * math.sqrt(2.0 * math.log(2.0))
"""FWHM of a Gaussian over its standard deviation, 2.3548 (exact)."""

FLUX_UNIT_CGS = 1e-17
"""House unit of flux density [erg/s/cm²/Å]."""

FLUX_UNIT = "1e-17 erg/s/cm2/Angstrom"
"""House unit of flux density as it is written beside a column."""

LINE_FLUX_UNIT = "1e-17 erg/s/cm2"
"""House unit of an integrated line flux as it is written beside a column."""

POWER_LAW_PIVOT = 3000.0
"""Wavelength [Å] at which a continuum power law is normalised."""

POWER_LAW_BREAK = 4661.0
"""Wavelength [Å] where a broken power law bends (Vanden Berk et al. 2001, AJ 122, 549, composite quasar)."""

BALMER_EDGE = 3647.053
"""Vacuum wavelength of the Balmer limit [Å], 4/R_H; the often quoted 3646 Å is the wavelength in air."""

CONTINUUM_WAVELENGTHS = (1350.0, 1450.0, 2500.0, 3000.0, 5100.0)
"""Rest wavelengths [Å] of the published monochromatic luminosities (Shen et al. 2011, ApJS 194, 45)."""

H0_DEFAULT = 70.0
"""Hubble constant of the default cosmology [km/s/Mpc] (flat; as Shen et al. 2011)."""

OM0_DEFAULT = 0.3
"""Matter density of the default cosmology (flat; as Shen et al. 2011)."""
