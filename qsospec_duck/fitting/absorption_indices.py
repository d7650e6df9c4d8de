"""Balnicity and absorption index of one ion, with errors that cover.

With r(v) = f/M, the observed flux over the unabsorbed model, an index is a sum over pixels,

    I = Σ w_i (1 − r_i/0.9) Δv_i,

w_i the part of a pixel that counts. Its variance has five parts:

    noise         Σ (w_i Δv_i/0.9)² σ²(r_i)
    fit           g C gᵀ, g = Σ w_i Δv_i r_i/(0.9 M_i) ∂M_i/∂p: continuum and lines, with their covariance
    hidden light  (Σ w_i Δv_i r_i/0.9 · s_i)², s_i² = 0.015² + (0.5 (1 − continuum_i/M_i))²
    edges         (ℓ σ(r̄)/0.9)² for each end of a trough, ℓ the length of the average r̄ that found it
    blue edge     of BI alone: ((1 − r/0.9) at its fast limit × error of the blue edge)²

The third is what no pixel tells: a trough hides the wing of its line and weak lines such as N IV], and the model under
it is the same guess in every pixel. 1.5 % of the model and half of the lines' share of it are what simulated quasars
ask for (`benchmarks/absorption.py`). Where a trough ends, noise decides whether one more length of the average belongs
to it: at high S/N a pixel or two, at low S/N 500 km/s whose mean is known to 0.2. BI begins 2000 km/s redward of a blue
edge that is found where averaged r crosses 0.9; its error is that of the average over the slope there, and the width of
a pixel.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.found_once import found_once
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.fitting.stretches import THRESHOLD, pixel_widths, usual_step
from qsospec_duck.models.program import IntArray

BALNICITY = (3000.0, 2000.0)
"""Slowest velocity of BI, and how far r < 0.9 has to have lasted before it counts [km/s] (Weymann et al. 1991)."""

HIDDEN_CONTINUUM = 0.015
"""Error of the model under a trough, as a part of it."""

HIDDEN_LINES = 0.5
"""The same of what lines hold of it."""

LEAST_SLOPE = 1e-4
"""Least slope of r at an edge [1/(km/s)]: a flatter one does not tell where a trough begins."""


@fit_value
class Troughs:
    """What one ion absorbs."""

    line_id: str
    pixels: IntArray
    """(n,) indices of the pixels between 0 and 25,000 km/s, from the blue."""

    velocity: FloatArray
    """(n,) outflow velocity [km/s], falling."""

    ratio: FloatArray
    """(n,) flux over model."""

    weight: FloatArray
    """(n,) 1/error² of that."""

    model: FloatArray
    """(n,) what the flux would be without absorption."""

    average: FloatArray
    """(n,) averaged ratio (`qsospec_duck.fitting.stretches.averaged_ratio`)."""

    length: FloatArray
    """(n,) from where to where it was averaged [km/s]."""

    limits: IntArray
    """(k, 2) first pixel of each trough and the one after its last."""

    widths: FloatArray
    """(k,) width of each trough [km/s]."""

    @found_once
    def pixel(self) -> float:
        """The usual width of a pixel [km/s]."""
        return float(usual_step(self.velocity))

    @found_once
    def pixel_widths(self) -> FloatArray:
        """(n,) width of every pixel [km/s]."""
        return pixel_widths(self.velocity)


def over_noise(ion: Troughs, inside: slice) -> float:
    """∫ (1 − r) dv over some pixels by its error from noise alone; that of the fit adds to it."""
    widths = ion.pixel_widths[inside]
    return float(widths @ (1.0 - ion.ratio[inside])) / math.sqrt(widths**2 @ (1.0 / ion.weight[inside]))


def missing_light(ion: Troughs, solutions: Sequence[Solution], inside: slice) -> tuple[float, float]:
    """∫ (1 − r) dv over some pixels [km/s] and its error from noise and fit: whether a trough is there."""
    weights = np.zeros(ion.velocity.size)
    weights[inside] = 1.0
    value, variance, _ = _integral(ion, solutions, weights, 1.0)
    return value, math.sqrt(variance)


def balnicity_index(ion: Troughs, solutions: Sequence[Solution], chosen: Sequence[slice]) -> tuple[float, float]:
    """BI over the chosen troughs [km/s] and its error; 0 and 0 where nothing counts."""
    weights = np.zeros(ion.velocity.size)
    of_edges = 0.0
    for inside in chosen:
        edge, error = _blue_edge(ion, inside.start)
        fastest = edge - BALNICITY[1]
        counted = overlap(ion.velocity, fastest, BALNICITY[0])[inside]
        weights[inside] += counted
        if counted.any():
            depth = 1.0 - np.interp(-fastest, -ion.velocity, ion.average) / THRESHOLD
            of_edges += (max(float(depth), 0.0) * error) ** 2
        if counted[-1] > 0:
            of_edges += _at_end(ion, inside.stop - 1) ** 2
    return _with_hidden_light(ion, solutions, weights, of_edges)


def absorption_index(ion: Troughs, solutions: Sequence[Solution], chosen: Sequence[slice]) -> tuple[float, float]:
    """AI over the chosen troughs [km/s] and its error; 0 and 0 where there is none."""
    weights = np.zeros(ion.velocity.size)
    of_edges = 0.0
    for inside in chosen:
        weights[inside] = 1.0
        of_edges += sum(_at_end(ion, end) ** 2 for end in (inside.start, inside.stop - 1))
    return _with_hidden_light(ion, solutions, weights, of_edges)


def joined(ion: Troughs, troughs: Sequence[slice]) -> list[slice]:
    """Troughs from the blue, those as one whose gap is shorter than the average that would have to show it."""
    out: list[slice] = []
    for trough in troughs:
        last = out[-1].stop - 1 if out else 0
        resolved = max(ion.length[last], ion.length[trough.start])
        if out and ion.velocity[last] - ion.velocity[trough.start] <= resolved:
            out[-1] = slice(out[-1].start, trough.stop)
        else:
            out.append(trough)
    return out


def overlap(velocity: FloatArray, fastest: float, slowest: float) -> FloatArray:
    """(n,) part of each pixel that lies between two velocities; ``velocity`` (n,) falls."""
    edges = np.concatenate([
        [1.5 * velocity[0] - 0.5 * velocity[1]],
        0.5 * (velocity[1:] + velocity[:-1]),
        [1.5 * velocity[-1] - 0.5 * velocity[-2]],
    ])  # fmt: skip
    held = np.minimum(edges[:-1], fastest) - np.maximum(edges[1:], slowest)
    return np.clip(held, 0.0, None) / (edges[:-1] - edges[1:])


def _blue_edge(ion: Troughs, first: int) -> tuple[float, float]:
    """Velocity at which averaged r falls below 0.9, between ``first`` and the pixel before it, and its error [km/s]."""
    velocity, average = ion.velocity, ion.average
    if first == 0:
        return float(velocity[0]), ion.pixel
    fall = average[first - 1] - average[first]
    part = (average[first - 1] - THRESHOLD) / fall if fall > 0 else 0.5
    edge = velocity[first - 1] + min(max(part, 0.0), 1.0) * (velocity[first] - velocity[first - 1])
    reach = max(1, round(0.5 * ion.length[first] / ion.pixel))
    before, after = max(0, first - 1 - reach), min(velocity.size - 1, first + reach)
    slope = max((average[before] - average[after]) / (velocity[before] - velocity[after]), LEAST_SLOPE)
    return float(edge), math.hypot(_average_error(ion, first) / slope, ion.pixel / math.sqrt(12.0))


def _at_end(ion: Troughs, end: int) -> float:
    """Missing light [km/s] that noise adds or takes at an end of a trough: one length of the average there."""
    return float(ion.length[end]) / THRESHOLD * _average_error(ion, end)


def _average_error(ion: Troughs, pixel: int) -> float:
    """Error of averaged r at a pixel."""
    averaged = np.abs(ion.velocity - ion.velocity[pixel]) <= 0.5 * ion.length[pixel]
    return 1.0 / math.sqrt(ion.weight[averaged].sum())


def _with_hidden_light(
    ion: Troughs, solutions: Sequence[Solution], weights: FloatArray, of_edges: float
) -> tuple[float, float]:
    if not weights.any():
        return 0.0, 0.0
    value, variance, hidden = _integral(ion, solutions, weights, THRESHOLD)
    return value, math.sqrt(variance + hidden**2 + of_edges)


def _integral(
    ion: Troughs, solutions: Sequence[Solution], weights: FloatArray, threshold: float
) -> tuple[float, float, float]:
    """∫ weights (1 − r/threshold) dv [km/s], its variance from noise and fit, and its error from hidden light."""
    chosen = np.flatnonzero(weights)
    weights = weights[chosen] * ion.pixel_widths[chosen] / threshold
    ratio, total = ion.ratio[chosen], ion.model[chosen]
    value = float(weights @ (threshold - ratio))
    variance = float(weights**2 @ (1.0 / ion.weight[chosen]))
    # Rows of a Jacobian are read as they lie, over the stretch that holds all of these pixels.
    pixels = ion.pixels[chosen]
    by_model = np.zeros(pixels[-1] + 1 - pixels[0])
    by_model[pixels - pixels[0]] = weights * ratio / total
    continuum, *lines = solutions
    by_continuum = continuum.derivative_of_sum(by_model, pixels[0])
    variance += float(by_continuum @ continuum.covariance @ by_continuum)
    for solution in lines:
        gradient = solution.derivative_of_sum(by_model, pixels[0])
        if gradient.any():
            variance += float(gradient @ solution.covariance @ gradient)
            variance += 2.0 * float(gradient @ solution.with_continuum @ by_continuum)
    of_lines = np.clip(1.0 - continuum.model[pixels] / total, 0.0, 1.0)
    hidden = float((weights * ratio) @ np.hypot(HIDDEN_CONTINUUM, HIDDEN_LINES * of_lines))
    return value, max(variance, 0.0), hidden
