"""Continuum and lines made consistent: fits in turn until nothing moves.

The continuum is fitted in its windows and every line complex in its own, each to what the others leave. Broad
lines reach into the continuum windows, so the fits are repeated in turn until nothing moves: a block Gauss-Seidel
iteration. The continuum stays the affair of its windows, and a line profile that three Gaussians describe poorly
cannot bend it. What the fixed point says about errors is the matter of `qsospec_duck.fitting.coupled`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.averaging import Averages
from qsospec_duck.fitting.complexes import ComplexStage
from qsospec_duck.fitting.continuum import ContinuumStage
from qsospec_duck.fitting.continuum_pixels import CONTINUUM_CELL
from qsospec_duck.fitting.model_steps import chi2_of, exchange, leave, products_of_steps
from qsospec_duck.fitting.optimum import ROUGH, Optimum, model_values, optimise
from qsospec_duck.fitting.result import BoolArray, FloatArray
from qsospec_duck.spectra import Spectrum

MAX_ROUNDS = 12
"""Rounds of refits; each shrinks what is left by the overlap of blocks, typically to a tenth."""

SETTLED_SIGMA = 0.05
"""A block is refitted when the others have changed by more than this, √Σ (Δ/σ)² over its pixels: none of its
parameters would have moved by more than this many of its own σ."""

NEARLY_SETTLED_SIGMA = 0.5
"""The same limit for a first, rough relaxation: the last digits are not worth their price while blocks still move."""

SETTLED_CHI2 = 1e-4
"""Fits that count end when a step promises less than this in χ²: a hundredth of a σ."""

MOST_AHEAD = 5.0
"""Largest factor by which a step of the first block is prolonged."""


class Cells(NamedTuple):
    """Widths in ln λ of the cells over which refits of a smooth block average pixels."""

    rough: float
    fine: float
    """That of fits which count: as wide as the model does not notice."""


CONTINUUM_CELLS = Cells(CONTINUUM_CELL, 110.0 / C_KMS)
"""Averaged over 110 km/s, iron of the smallest FWHM (500 km/s) looks 1.1 % broader, iron of 2000 km/s by 0.07 %."""


class Block:
    """One block of the iteration: its optimum, pixels, and model on the whole grid."""

    def __init__(
        self, optimum: Optimum, used: BoolArray, x: FloatArray, inverse_sigma: FloatArray, flux: FloatArray,
        cells: Cells | None = None, model: FloatArray | None = None,
    ) -> None:  # fmt: skip
        """``model`` (n_pix,) is that of the optimum, where it is known; without ``cells`` no pixel is averaged."""
        self.optimum, self.used, self.x, self.cells = optimum, used, x, cells
        # Taking pixels by their numbers is several times faster than by a mask.
        self.pixels = used.nonzero()[0]
        self.x_used, self.inverse_sigma_used = x[self.pixels], inverse_sigma[self.pixels]
        self.weight = inverse_sigma
        self.model = model_values(optimum, x) if model is None else model
        self._averages: dict[float, Averages] = {}
        self._flux_used = flux[self.pixels]
        n_used = self.pixels.size
        self._others, self._now, self._left = np.empty(n_used), np.empty(n_used), np.empty(n_used)
        self._others[:] = np.inf
        self._was_rough = False

    def refit(self, total: FloatArray, shown: FloatArray, settled: float, rough: bool) -> bool:
        """Fit to what the others leave, unless it was done and they stand where they stood; whether it was done.

        ``total`` (n_pix,) is the sum of all models, this block's being the one ``shown`` (n_pix,).
        """
        pixels, sigma, now, left = self.pixels, self.inverse_sigma_used, self._now, self._left
        moved = leave(total, shown, pixels, self._flux_used, self._others, sigma, now, left)
        if moved < settled and (rough or not self._was_rough):
            return False
        self._others, self._now = now, self._others
        before = self.optimum
        data, tolerance = (self.x_used, sigma, left), SETTLED_CHI2
        if self.cells is not None:
            data = self._averaged(left, self.cells.rough if rough else self.cells.fine)
            self._was_rough, tolerance = rough, ROUGH if rough else SETTLED_CHI2
        self.optimum = optimise(before.program, *data, before.theta[None, :], tolerance=tolerance, prior=before.prior)
        self.model = model_values(self.optimum, self.x)
        if self.cells is not None:
            self.optimum = self.optimum.of_pixels(chi2_of(left, self.model, pixels, sigma), left.size)
        return True

    def _averaged(self, left: FloatArray, cell: float) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Averages over cells of what the others leave at the pixels (n_used,): ln λ, 1/σ and flux."""
        if cell not in self._averages:
            self._averages[cell] = Averages(self.x_used, self.inverse_sigma_used, cell)
        averages = self._averages[cell]
        return averages.x, averages.inverse_sigma, averages.flux(left)


def relax(
    blocks: Sequence[Block], total: FloatArray, *, settled: float = SETTLED_SIGMA, rough: bool = False
) -> None:  # fmt: skip
    """Refit blocks in turn, each to what the others leave of the flux, until all of them stand.

    ``total`` (n_pix,) is the sum of their models, and is kept so. ``settled`` is the limit in σ that `SETTLED_SIGMA`
    explains. With ``rough``, blocks with cells average pixels over wide ones; such a block is refitted at least once by
    the next call without. The first block, which all others stand on, is shown to them where it is expected to end.
    """
    shown = [block.model for block in blocks]
    lead = _Lead(blocks[0].weight)
    for _ in range(MAX_ROUNDS):
        refitted = False
        for place, block in enumerate(blocks):
            if block.refit(total, shown[place], settled, rough):
                refitted = True
                is_first = place == 0 and len(blocks) > 1
                now = lead.ahead(shown[place], block.model, settled) if is_first else block.model
                exchange(total, shown[place], now)
                shown[place] = now
        if not refitted:
            if shown[0] is blocks[0].model:
                break
            # The others stand to where the first block was expected, not to where it is.
            exchange(total, shown[0], blocks[0].model)
            shown[0] = blocks[0].model
    if shown[0] is not blocks[0].model:
        exchange(total, shown[0], blocks[0].model)


def sum_of_models(blocks: Sequence[Block]) -> FloatArray:
    """(n_pix,) continuum and lines."""
    total = blocks[0].model.copy()
    for block in blocks[1:]:
        total += block.model
    return total


class _Lead:
    """Where a block will end, from its last two steps: Aitken's extrapolation with one factor for all pixels.

    Irons & Tuck (1969, Int. J. Numer. Meth. Eng. 1, 275): with r the step that the iteration makes from where the
    block was shown to the others, the next showing goes ω r further, ω ← −ω r·(r' − r)/|r' − r|² for steps r, r'.
    """

    def __init__(self, weight: FloatArray) -> None:
        self._weight, self._factor = weight, 1.0
        self._step, self._is_first = np.zeros(weight.size), True

    def ahead(self, shown: FloatArray, model: FloatArray, settled: float) -> FloatArray:
        """What the others should see next, (n_pix,), of a block that was ``shown`` and is fitted as ``model``."""
        step = np.empty_like(shown)
        across, along, length = products_of_steps(shown, model, self._weight, self._step, step)
        if across > 0.0 and not self._is_first:
            self._factor = min(max(-self._factor * along / across, 1.0), MOST_AHEAD)
        self._step, self._is_first = step, False
        return model if (self._factor - 1.0) * length < settled else shown + self._factor * (model - shown)


def settle(
    spectrum: Spectrum, continuum: ContinuumStage, complexes: Sequence[ComplexStage]
) -> tuple[ContinuumStage, list[ComplexStage], list[Block], FloatArray]:
    """Repeat the fits until they are consistent.

    Parameters
    ----------
    spectrum : Spectrum
        Rest frame.
    continuum : ContinuumStage
    complexes : sequence of ComplexStage
        Fitted over this continuum.

    Returns
    -------
    continuum, complexes
        With settled optima.
    blocks : list of Block
        The continuum's first, then one a complex.
    total : ndarray, shape (n_pix,)
        The sum of their models.
    """
    x = spectrum.log_wavelength
    inverse_sigma = np.sqrt(spectrum.ivar)
    data = x, inverse_sigma, spectrum.flux
    first = Block(continuum.optimum, continuum.used, *data, CONTINUUM_CELLS, continuum.model(spectrum))
    blocks = [first, *(Block(stage.optimum, stage.used, *data) for stage in complexes)]
    total = sum_of_models(blocks)
    relax(blocks, total, settled=NEARLY_SETTLED_SIGMA, rough=True)
    relax(blocks, total)
    for block in blocks:
        block.optimum = block.optimum.with_idle_shapes_in_the_middle()
    settled = [stage.with_optimum(block.optimum) for stage, block in zip(complexes, blocks[1:], strict=True)]
    return continuum.with_optimum(blocks[0].optimum), settled, blocks, total
