"""Synthetic quasars as `Spectrum` objects, for tests of the fit against a known truth."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.errors import ConfigError
from qsospec_duck.simulate.instrument import DESI_GRID, error_for_snr, forest_transmission
from qsospec_duck.simulate.population import draw_quasar
from qsospec_duck.simulate.quasar import Quasar, quasar_flux
from qsospec_duck.simulate.reddening import reddening
from qsospec_duck.simulate.truth import truth_table
from qsospec_duck.spectra import Spectrum


def simulate_quasar(
    quasar: Quasar,
    *,
    snr: float = 20.0,
    wavelength: NDArray[np.float64] | None = None,
    ebv: float = 0.0,
    forest: bool = False,
    noise: bool = True,
    seed: int | np.random.Generator = 1,
    target_id: int = 1,
) -> Spectrum:
    """Observe one synthetic quasar.

    Parameters
    ----------
    quasar : Quasar
        True parameters, from `draw_quasar` or one's own.
    snr : float
        Median of true flux over error per pixel; positive. The error is the exact one of the noise that is added.
    wavelength : ndarray, shape (n_pix,), optional
        Observed vacuum Å; by default the 7,781 pixels of a merged DESI spectrum.
    ebv : float
        True Galactic E(B-V) [mag] that reddens the flux (F99, R_V = 3.1) and stands in the spectrum.
    forest : bool
        Absorb the flux blueward of Lyα; the truth stays that of the quasar.
    noise : bool
        False gives the exact flux, with the errors it would have had.
    seed : int or numpy.random.Generator
        Equal seeds give equal spectra.
    target_id : int
        Goes into ``object_id`` and ``metadata``.

    Returns
    -------
    Spectrum
        Observed frame.

    Raises
    ------
    ConfigError
        ``snr`` is not positive or ``ebv`` is negative.
    """
    if not snr > 0 or ebv < 0:
        raise ConfigError(f"simulate_quasar: snr is {snr} and ebv {ebv}; snr should be positive, ebv not negative.")
    rng = np.random.default_rng(seed)
    wave = np.array(DESI_GRID if wavelength is None else wavelength, dtype=np.float64)
    flux = quasar_flux(quasar, wave / (1.0 + quasar.z)) / (1.0 + quasar.z)
    if forest:
        flux *= forest_transmission(wave, quasar.z, rng)
    if ebv > 0:
        flux *= reddening(wave, ebv)
    error = error_for_snr(wave, flux, snr)
    observed = flux + rng.normal(size=wave.size) * error if noise else flux
    return Spectrum(
        wave,
        observed,
        error**-2.0,
        quasar.z,
        object_key=f"simulated-{target_id}",
        object_id=str(target_id),
        ra=180.0,
        dec=30.0,
        ebv=ebv,
        metadata={"target_id": target_id, "survey": "simulated", "zwarn": 0, "spectype": "QSO"},
    )


def simulate_spectra(
    n: int,
    *,
    seed: int = 1,
    snr: float = 20.0,
    z_range: tuple[float, float] = (0.1, 3.5),
    wavelength: NDArray[np.float64] | None = None,
    ebv: float = 0.0,
    forest: bool = False,
    noise: bool = True,
) -> tuple[list[Spectrum], pa.Table]:
    """Draw and observe ``n`` quasars.

    Each quasar has its own stream of random numbers, so the i-th is the same whatever ``n`` is.

    Parameters
    ----------
    n : int
        Number of quasars.
    z_range : (float, float)
        Redshifts are drawn evenly between these; positive.
    seed, snr, wavelength, ebv, forest, noise
        See `simulate_quasar`.

    Returns
    -------
    spectra : list of Spectrum
        Observed frame, ``object_id`` "1" ... "n".
    truth : pyarrow.Table
        Columns of table ``truth`` of ``columns.csv``, joined to the spectra by ``target_id``.
    """
    low, high = z_range
    if not 0 < low <= high:
        raise ConfigError(f"simulate_spectra: z_range is {z_range}; it should be two increasing positive redshifts.")
    spectra, quasars = [], []
    for number, stream in enumerate(np.random.SeedSequence(seed).spawn(n), start=1):
        rng = np.random.default_rng(stream)
        quasar = draw_quasar(rng, float(rng.uniform(low, high)))
        spectrum = simulate_quasar(
            quasar, snr=snr, wavelength=wavelength, ebv=ebv, forest=forest, noise=noise, seed=rng, target_id=number
        )
        spectra.append(spectrum)
        quasars.append((number, quasar))
    return spectra, truth_table(quasars)
