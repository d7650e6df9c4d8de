"""Components of a line complex fitted to its pixels: what every way of choosing between them is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numba
import numpy as np

from qsospec_duck.fitting.complex_model import ComplexModel, compile_complex
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.optimum import ROUGH, Optimum, optimise
from qsospec_duck.fitting.result import BoolArray, FloatArray, Trial
from qsospec_duck.fitting.search import best_of_starts
from qsospec_duck.models.lines import line
from qsospec_duck.models.program import IntArray
from qsospec_duck.models.recipes import ComponentRecipe
from qsospec_duck.spectra import Spectrum

_SHORT_STEPS = 15
"""Steps of each of several starts before they are compared."""


class LineFit(NamedTuple):
    """Some components and where their fit ended."""

    model: ComplexModel
    """As the instrument sees them."""

    optimum: Optimum

    @property
    def components(self) -> tuple[ComponentRecipe, ...]:
        """Those of the model."""
        return self.model.components

    @property
    def chi2(self) -> float:
        """χ² of the fitted pixels."""
        return self.optimum.chi2

    @property
    def bic(self) -> float:
        """χ² + k ln n of the fitted pixels."""
        return self.optimum.bic

    def as_trial(self, model: str, *, accepted: bool) -> Trial:
        """What is archived of it."""
        return Trial(model, self.chi2, self.optimum.n_parameters, self.optimum.n_pixels, accepted)


@fit_value
class LinePixels:
    """What a complex is fitted to."""

    spectrum: Spectrum
    index: IntArray
    """(n,) places in the spectrum."""

    x: FloatArray
    """(n,) ln λ."""

    inverse_sigma: FloatArray
    """(n,) 1/σ."""

    flux: FloatArray
    """(n,) without continuum."""

    def only(self, chosen: BoolArray) -> LinePixels:
        """Those of them that are marked (n,)."""
        return LinePixels(
            self.spectrum, self.index[chosen], self.x[chosen], self.inverse_sigma[chosen], self.flux[chosen]
        )  # fmt: skip

    def seen(self, bare: ComplexModel) -> ComplexModel:
        """Components as the instrument of this spectrum sees them."""
        if self.spectrum.lsf_sigma is None:
            return bare
        wavelengths = [line(gaussian.line_id).wavelength for gaussian in bare.gaussians]
        lsf_sigma = np.interp(wavelengths, self.spectrum.wavelength, self.spectrum.lsf_sigma)
        return replace(bare, program=bare.program.seen_through(lsf_sigma))

    def fit(self, components: tuple[ComponentRecipe, ...], starts: FloatArray) -> LineFit:
        """Fit components from some starts, shape (n_start, n_par)."""
        return self.refit(self.seen(compile_complex(components)), starts)

    def refit(self, model: ComplexModel, starts: FloatArray, limit: float = math.inf) -> LineFit:
        """The same with components as the instrument sees them; given up where it will not come below a χ²."""
        optimum = optimise(
            model.program, self.x, self.inverse_sigma, self.flux, starts, short_iterations=_SHORT_STEPS,
            tolerance=ROUGH, limit=limit,
        )  # fmt: skip
        return LineFit(model, optimum)

    def search(
        self, components: tuple[ComponentRecipe, ...], starts: FloatArray, broader: Sequence[tuple[int, int]] = ()
    ) -> LineFit:
        """Fit components from many starts, shape (n_start, n_par), which are followed on averaged pixels.

        Ends with the first width of each pair of shapes in ``broader`` above the second come before others.
        """
        model = self.seen(compile_complex(components))
        return LineFit(model, best_of_starts(model, self.x, self.flux, self.inverse_sigma, starts, broader))


def pixels_of(spectrum: Spectrum, continuum_model: FloatArray, mask: BoolArray) -> LinePixels:
    """Pixels of a complex, those of a mask (n_pix,), and what the continuum (n_pix,) leaves there."""
    return LinePixels(
        spectrum, *_taken(spectrum.log_wavelength, spectrum.ivar, spectrum.flux, continuum_model, mask)
    )  # fmt: skip


@numba.njit(cache=True, nogil=True)
def _taken(
    x: FloatArray, ivar: FloatArray, flux: FloatArray, continuum: FloatArray, mask: BoolArray
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """What `LinePixels` holds of the pixels of a mask."""
    index = np.flatnonzero(mask)
    own_x, own_inverse_sigma, own_flux = np.empty(index.size), np.empty(index.size), np.empty(index.size)
    for k in range(index.size):
        i = index[k]
        own_x[k], own_inverse_sigma[k], own_flux[k] = x[i], math.sqrt(ivar[i]), flux[i] - continuum[i]
    return index, own_x, own_inverse_sigma, own_flux
