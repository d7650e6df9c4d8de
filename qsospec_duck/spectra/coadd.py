"""Several spectra of one source as one.

Pixels have their edges halfway between wavelengths; o_it is the fraction of pixel i of a spectrum that lies in target
pixel t. The coadd is the mean weighted by what each pixel knows of it,

    f_t = Σ o w f / Σ o w,        w_t = Σ o w,        w = 1/σ²,

over all pixels of all spectra: exactly the inverse-variance mean where the grids agree. Where they do not, a pixel
is shared out among the targets it overlaps: the information Σ w is kept, and neighbours become correlated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from qsospec_duck.errors import SpectrumError
from qsospec_duck.spectra.spectrum import FloatArray, Spectrum

LARGEST_SHIFT = 0.01
"""Redshifts of epochs that differ by more than this times 1 + z are not of one source."""


def coadd(spectra: Sequence[Spectrum]) -> Spectrum:
    """Average epochs of one source with inverse-variance weights.

    Parameters
    ----------
    spectra : sequence of Spectrum
        Observed frame, of equal extinction status and unit. The first gives redshift, position and E(B-V).

    Returns
    -------
    Spectrum
        On the grid of the first, continued by those pixels of the others that lie beyond its ends.

    Raises
    ------
    SpectrumError
        No spectrum; rest frames, units or extinctions that differ; redshifts of different sources.
    """
    if not spectra:
        raise SpectrumError("coadd: no spectra; one or more are needed.")
    first = spectra[0]
    for other in spectra:
        _refuse_stranger(first, other)
    wave = first.wavelength
    for other in spectra[1:]:
        beyond = other.wavelength
        # The step at the end, so that no two pixels of the target overlap by more than half.
        low, high = 1.5 * wave[0] - 0.5 * wave[1], 1.5 * wave[-1] - 0.5 * wave[-2]
        wave = np.concatenate([beyond[beyond < low], wave, beyond[beyond > high]])
    edges = _edges(wave)
    weight, weighted = np.zeros(wave.size), np.zeros(wave.size)
    for spectrum in spectra:
        _add(spectrum, edges, weight, weighted)
    seen = weight > 0
    flux = np.zeros(wave.size)
    flux[seen] = weighted[seen] / weight[seen]
    known = {**first.metadata, "n_epochs": len(spectra), "epochs": [spectrum.object_key for spectrum in spectra]}
    lsf = first.lsf_sigma if wave.size == first.n_pix else None
    key = "coadd:" + "+".join(spectrum.object_key for spectrum in spectra)
    return replace(
        first, wavelength=wave, flux=flux, ivar=weight, object_key=key, lsf_sigma=lsf, metadata=known
    )  # fmt: skip


def _refuse_stranger(first: Spectrum, other: Spectrum) -> None:
    if other.frame != "observed":
        raise SpectrumError(f"coadd: {other.label} is in the {other.frame} frame; epochs are averaged as observed.")
    if (other.flux_unit, other.extinction.status) != (first.flux_unit, first.extinction.status):
        raise SpectrumError(
            f"coadd: {other.label} is in {other.flux_unit}, extinction {other.extinction.status}; {first.label} in "
            f"{first.flux_unit}, {first.extinction.status}. They should be equal."
        )
    if abs(other.z - first.z) > LARGEST_SHIFT * (1.0 + first.z):
        raise SpectrumError(
            f"coadd: {other.label} has redshift {other.z} and {first.label} {first.z}; epochs of one source should "
            f"agree to {LARGEST_SHIFT:g} (1 + z)."
        )


def _edges(wave: FloatArray) -> FloatArray:
    """(n + 1,) edges of pixels, halfway between their centres."""
    middle = 0.5 * (wave[1:] + wave[:-1])
    return np.concatenate([[1.5 * wave[0] - 0.5 * wave[1]], middle, [1.5 * wave[-1] - 0.5 * wave[-2]]])


def _add(spectrum: Spectrum, edges: FloatArray, weight: FloatArray, weighted: FloatArray) -> None:
    """Add o w and o w f of one spectrum to the sums of the target pixels."""
    good = spectrum.good
    own = _edges(spectrum.wavelength)
    low, high = own[:-1][good], own[1:][good]
    flux, ivar = spectrum.flux[good], spectrum.ivar[good]
    last = edges.size - 2
    begin = np.clip(np.searchsorted(edges, low, side="right") - 1, 0, last)
    end = np.clip(np.searchsorted(edges, high, side="left") - 1, 0, last)
    for step in range(int(np.max(end - begin, initial=0)) + 1):
        target = np.minimum(begin + step, end)
        overlap = np.minimum(high, edges[target + 1]) - np.maximum(low, edges[target])
        share = np.where(begin + step <= end, np.clip(overlap / (high - low), 0.0, 1.0), 0.0)
        # Edges that agree but for rounding leave slivers in the neighbour.
        share[share < 1e-6] = 0.0
        np.add.at(weight, target, share * ivar)
        np.add.at(weighted, target, share * ivar * flux)
