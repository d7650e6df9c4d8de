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
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.fitting.stretches import THRESHOLD

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


def is_narrow_doublet(ion: Troughs, weight: FloatArray, inside: slice) -> bool:
    """Whether one narrow doublet describes a trough as well as a smooth one does.

    Parameters
    ----------
    ion : Troughs
    weight : ndarray, shape (n,)
        1/error² of r.
    inside : slice
        Pixels of the trough.
    """
    blue, red = DOUBLETS[ion.line_id]
    splitting = C_KMS * np.log(red / blue)
    fastest, slowest = ion.velocity[inside.start], ion.velocity[inside.stop - 1]
    if fastest - slowest > splitting + 4.0 * NARROW_FWHM[1]:
        return False  # not even lines that are black over all of their width reach so far
    near = (ion.velocity <= fastest + MARGIN) & (ion.velocity >= slowest - MARGIN)
    pixels = ion.velocity[near], ion.ratio[near], weight[near]
    places = np.arange(slowest, fastest + splitting, _STEP)
    doublet = _best_chi2(*pixels, places, splitting, np.array([0.5, 0.75, 1.0]), *NARROW_FWHM)
    smooth = _best_chi2(*pixels, places, splitting, np.array([0.0]), *SMOOTH_FWHM)
    return bool(doublet <= smooth)


def is_model_too_high(ion: Troughs, weight: FloatArray, troughs: Sequence[slice]) -> bool:
    """Whether the spectrum lies below 0.9 of the model outside of the troughs, too.

    Parameters
    ----------
    ion : Troughs
    weight : ndarray, shape (n,)
        1/error² of r.
    troughs : sequence of slice
        Pixels of each trough; without any there is nothing to doubt.
    """
    outside = np.ones(ion.velocity.size, dtype=bool)
    for trough in troughs:
        outside[trough] = False
    total = float(weight[outside].sum())
    if not troughs or not total > 0:
        return False
    mean = float(weight[outside] @ ion.ratio[outside]) / total
    return mean + CLEAR_SIGMA / np.sqrt(total) < THRESHOLD


@numba.njit(cache=True, nogil=True)
def _chi2(velocity, ratio, weight, place, splitting, strength, log_fwhm, log_depth):
    """χ² of one doublet, or of one Gaussian where the second line has no strength."""
    sigma = np.exp(log_fwhm) / FWHM_PER_SIGMA
    depth = np.exp(log_depth)
    total = 0.0
    for i in range(velocity.size):
        y = (velocity[i] - place) / sigma
        tau = np.exp(-0.5 * y * y)
        if strength > 0.0:
            y = (velocity[i] - place + splitting) / sigma
            tau += strength * np.exp(-0.5 * y * y)
        off = ratio[i] - np.exp(-depth * tau)
        total += weight[i] * off * off
    return total


@numba.njit(cache=True, nogil=True)
def _best_chi2(velocity, ratio, weight, places, splitting, strengths, narrowest, widest):
    """Least χ² over a grid of velocity, width and depth, each then halved about the best of its strength."""
    low_width, high_width = np.log(narrowest), np.log(widest)
    low_depth, high_depth = np.log(_DEPTHS[0]), np.log(_DEPTHS[1])
    best_of_all = np.inf
    for strength in strengths:
        best = np.inf
        at = (0.0, 0.0, 0.0)
        for place in places:
            for log_fwhm in np.linspace(low_width, high_width, _N_WIDTHS):
                for log_depth in np.linspace(low_depth, high_depth, _N_DEPTHS):
                    chi2 = _chi2(velocity, ratio, weight, place, splitting, strength, log_fwhm, log_depth)
                    if chi2 < best:
                        best = chi2
                        at = (place, log_fwhm, log_depth)
        steps = (
            places[1] - places[0],
            (high_width - low_width) / (_N_WIDTHS - 1),
            (high_depth - low_depth) / (_N_DEPTHS - 1),
        )
        for halving in range(_HALVINGS):
            part = 0.5 ** (halving + 1)
            centre = at
            for i in range(-1, 2):
                place = centre[0] + i * part * steps[0]
                for j in range(-1, 2):
                    log_fwhm = min(max(centre[1] + j * part * steps[1], low_width), high_width)
                    for k in range(-1, 2):
                        log_depth = min(max(centre[2] + k * part * steps[2], low_depth), high_depth)
                        chi2 = _chi2(velocity, ratio, weight, place, splitting, strength, log_fwhm, log_depth)
                        if chi2 < best:
                            best = chi2
                            at = (place, log_fwhm, log_depth)
        best_of_all = min(best_of_all, best)
    return best_of_all
