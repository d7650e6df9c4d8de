"""What else a trough could be: a narrow doublet, or a model that is too high everywhere.

Neither width nor significance tells these from an outflow. With r(v) = f/M, flux over the unabsorbed model, two shapes
are compared by χ² on the pixels of a trough:

    doublet    r = exp(−τ [G(v − v₀) + q G(v − v₀ + Δ)]), G a Gaussian of unit height and FWHM 100 to 500 km/s,
               Δ the splitting of the doublet, q 0.5 (thin) to 1 (saturated)
    smooth     the same with q = 0 and FWHM 500 to 5000 km/s: an outflow that hides the splitting

A trough narrower than 500 km/s in either line is that of an intervening or associated system (Hamann & Sabra 2004, ASP
Conf. Ser. 311, 203), even where its two lines together lie below 0.9 for more than 1000 km/s.

And an unabsorbed model is one that the spectrum reaches where it is not absorbed. Where the mean of r outside of the
troughs is below 0.9 itself, the continuum bends, or its calibration does; what looks like troughs is noise about it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numba
import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.fitting.absorption_indices import Troughs
from qsospec_duck.fitting.decay import decay
from qsospec_duck.fitting.stretches import THRESHOLD
from qsospec_duck.models.compiled_exp import FAST

DOUBLETS = {
    "siiv": (1393.755, 1402.770), "civ": (1548.203, 1550.777), "aliii": (1854.716, 1862.790),
    "mgii": (2796.352, 2803.531),
}  # fmt: skip
"""Vacuum wavelengths [Å] of the two lines of each ion (Morton 2003, ApJS 149, 205), the stronger one first."""

NARROW_FWHM = (100.0, 500.0)
"""FWHM of one line of a narrow doublet [km/s]."""

SMOOTH_FWHM = (500.0, 5000.0)
"""FWHM of a smooth trough [km/s]."""

MARGIN = 500.0
"""What lies beside a trough and is compared, too [km/s]."""

CLEAR_SIGMA = 3.0
"""How many errors of its mean r outside of troughs must lie below 0.9 for the model to be too high."""

_DEPTHS = (0.05, 50.0)
# Grid of a search: shifts [km/s] between neighbours, then numbers of widths and depths; halved so many times after.
_STEP, _N_WIDTHS, _N_DEPTHS, _HALVINGS = 60.0, 6, 9, 5
_AROUND = np.array((-1.0, 0.0, 1.0))

_BLOCK = np.uintp(32)
"""Pixels that χ² is summed over before it is compared with the best so far."""


def is_narrow_doublet(ion: Troughs, inside: slice) -> bool:
    """Whether one narrow doublet describes a trough as well as a smooth one does.

    Parameters
    ----------
    ion : Troughs
    inside : slice
        Pixels of the trough.
    """
    blue, red = DOUBLETS[ion.line_id]
    splitting = C_KMS * np.log(red / blue)
    fastest, slowest = ion.velocity[inside.start], ion.velocity[inside.stop - 1]
    if fastest - slowest > splitting + 4.0 * NARROW_FWHM[1]:
        return False  # not even lines that are black over all of their width reach so far
    near = (ion.velocity <= fastest + MARGIN) & (ion.velocity >= slowest - MARGIN)
    pixels = ion.velocity[near], ion.ratio[near], ion.weight[near]
    places = np.arange(slowest, fastest + splitting, _STEP)
    doublet = _best_chi2(*pixels, places, splitting, np.array([0.5, 0.75, 1.0]), *NARROW_FWHM)
    smooth = _best_chi2(*pixels, places, splitting, np.array([0.0]), *SMOOTH_FWHM)
    return bool(doublet <= smooth)


def is_model_too_high(ion: Troughs, troughs: Sequence[slice]) -> bool:
    """Whether the spectrum lies below 0.9 of the model outside of the troughs, too.

    Parameters
    ----------
    ion : Troughs
    troughs : sequence of slice
        Pixels of each trough; without any there is nothing to doubt.
    """
    if not troughs:
        return False
    outside = np.ones(ion.velocity.size, dtype=bool)
    for trough in troughs:
        outside[trough] = False
    total = float(ion.weight[outside].sum())
    if not total > 0:
        return False
    mean = float(ion.weight[outside] @ ion.ratio[outside]) / total
    return mean + CLEAR_SIGMA / np.sqrt(total) < THRESHOLD


@numba.njit(cache=True, nogil=True)
def _best_chi2(velocity, ratio, weight, places, splitting, strengths, narrowest, widest):
    """Least χ² over a grid of velocity, width and depth, each then halved about the best of its strength."""
    low_width, high_width = np.log(narrowest), np.log(widest)
    low_depth, high_depth = np.log(_DEPTHS[0]), np.log(_DEPTHS[1])
    widths = np.linspace(low_width, high_width, _N_WIDTHS)
    depths = np.linspace(low_depth, high_depth, _N_DEPTHS)
    pixels = velocity, ratio, weight, np.empty((3, velocity.size))
    best, at = np.full(strengths.size, np.inf), np.zeros((strengths.size, 3))
    for place in places:
        for log_fwhm in widths:
            _try_depths(pixels, place, splitting, strengths, log_fwhm, depths, best, at)
    steps = places[1] - places[0], widths[1] - widths[0], depths[1] - depths[0]
    for one in range(strengths.size):
        for halving in range(_HALVINGS):
            part = 0.5 ** (halving + 1)
            place, log_fwhm, log_depth = at[one]
            near = np.minimum(np.maximum(log_depth + part * steps[2] * _AROUND, low_depth), high_depth)
            for i in _AROUND:
                for j in _AROUND:
                    width = min(max(log_fwhm + j * part * steps[1], low_width), high_width)
                    shift = place + i * part * steps[0]
                    _try_depths(
                        pixels, shift, splitting, strengths[one : one + 1], width, near,
                        best[one : one + 1], at[one : one + 1],
                    )  # fmt: skip
    return best.min()


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def _try_depths(pixels, place, splitting, strengths, log_fwhm, depths, best, at):
    """χ² of doublets at one place and of one width, of every strength and depth; ``best`` and ``at`` keep the least."""
    velocity, ratio, weight, room = pixels
    # Rows that are unpacked instead would be taken for strided ones, which vector registers cannot load.
    first, second, tau = room[0], room[1], room[2]
    n = np.uintp(velocity.size)
    scale = FWHM_PER_SIGMA / np.exp(log_fwhm)
    for i in range(n):
        blue, red = (velocity[i] - place) * scale, (velocity[i] - place + splitting) * scale
        first[i], second[i] = decay(0.5 * blue * blue), decay(0.5 * red * red)
    for one in range(strengths.size):
        for i in range(n):
            tau[i] = first[i] + strengths[one] * second[i]
        for log_depth in depths:
            depth = np.exp(log_depth)
            chi2 = 0.0
            start = np.uintp(0)
            # Most of the grid is far worse than the best: it is left as soon as that shows.
            while start < n and chi2 < best[one]:
                stop = min(start + _BLOCK, n)
                for i in range(start, stop):
                    off = ratio[i] - decay(depth * tau[i])
                    chi2 += weight[i] * off * off
                start = stop
            if chi2 < best[one]:
                best[one] = chi2
                at[one, 0], at[one, 1], at[one, 2] = place, log_fwhm, log_depth
