"""Gaussian lines of eight models at once: where they are, their values and derivatives, in single precision.

Each lane (`qsospec_duck.models.lanes`) holds a model of its own of the same program on the same pixels
(`qsospec_duck.fitting.lane_pixels`). A line is computed in the chunks of pixels that it reaches in any lane.

Values are those of `qsospec_duck.models.line_terms` to 4e-6 of a line's peak, where a line is cut.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from qsospec_duck.constants import C_KMS, FWHM_PER_SIGMA
from qsospec_duck.fitting.lane_pixels import CHUNK
from qsospec_duck.models.lanes import (
    divided_by_two_to,
    greatest_of,
    lane_rows,
    least_of,
    load,
    narrow,
    nearest_whole,
    single_rows,
    square_root,
    store,
    where_less,
    widen,
)
from qsospec_duck.models.program import VELOCITY_UNIT

SUPPORT_SIGMA = 5.0
"""A line is cut where it has fallen to 4e-6 of its peak."""

_LOG2_E = math.log2(math.e)

_TO_Q = math.sqrt(0.5 * _LOG2_E)
"""A Gaussian is 2^−q², q being this times the distance from its center in σ."""

_LARGEST = (SUPPORT_SIGMA * _TO_Q) ** 2
"""q² where a line is cut."""

_UNIT_LN_FWHM = 8.0
"""An exponent near the middle of what widths have."""

_N_PLACE = 2
_CENTER, _SCALE = range(_N_PLACE)

_N_FORM = 4
_HEIGHT, _SHARE, _WIDENING, _TO_VELOCITY = range(_N_FORM)


@numba.njit(cache=True, nogil=True)
def halved(a):
    """2^−a in single precision, good to 2e-7 of itself: a minimax polynomial between whole powers."""
    whole = nearest_whole(a)
    b = whole - a
    e = b * 0.001327647 + 0.009675541
    e = e * b + 0.05550713
    e = e * b + 0.2402212
    e = e * b + 0.693147
    e = e * b + 1.0000001
    return divided_by_two_to(e, whole)


@numba.njit(cache=True, nogil=True)
def make_profiles(n_chunk, terms, constants):
    """What is known of every term, and arrays for what `place_profiles` finds.

    Returns
    -------
    fixed : ndarray, shape (n_term, 4)
        ln λ₀, σ at the unit of ln FWHM [km/s], variance of the line-spread function [km²/s²], and height times σ
        at no velocity.
    places, forms : ndarray, shape (`_N_PLACE` n_term, lanes) and (`_N_FORM` n_term, lanes) of float32
    reaching : ndarray, shape (n_chunk, 1 + n_term)
        How many terms reach each chunk, and which.
    """
    n_term = terms.shape[0]
    fixed = np.empty((n_term, 4))
    for t in range(n_term):
        x_line, ratio = constants[t, 0], constants[t, 1]
        fixed[t, 0] = x_line
        fixed[t, 1] = math.exp(_UNIT_LN_FWHM + constants[t, 3]) / FWHM_PER_SIGMA
        fixed[t, 2] = constants[t, 2]
        fixed[t, 3] = ratio * C_KMS / (math.exp(x_line) * math.sqrt(2.0 * math.pi))
    reaching = np.zeros((n_chunk, 1 + n_term), np.int64)
    return fixed, lane_rows(_N_PLACE * n_term), single_rows(_N_FORM * n_term), reaching


@numba.njit(cache=True, nogil=True)
def place_profiles(edges, theta, terms, profiles):
    """Centers, widths and heights of all terms at shapes ``theta`` (n_par, lanes), and the chunks they reach."""
    fixed, places, forms, reaching = profiles
    reaching[:, 0] = 0
    for t in range(terms.shape[0]):
        own = halved(narrow((_UNIT_LN_FWHM - load(theta, terms[t, 2])) * _LOG2_E)) * fixed[t, 1]
        sigma = square_root(own * own + fixed[t, 2])
        inverse, relative = 1.0 / sigma, sigma * (1.0 / C_KMS)
        shift = load(theta, terms[t, 3]) * (VELOCITY_UNIT / C_KMS)
        center, half_square = shift + fixed[t, 0], relative * relative * 0.5
        share = own * inverse
        store(places, _N_PLACE * t + _CENTER, center)
        store(places, _N_PLACE * t + _SCALE, widen(inverse) * (C_KMS * _TO_Q))
        form = _N_FORM * t
        store(forms, form + _HEIGHT, halved((narrow(shift) + half_square) * _LOG2_E) * inverse * fixed[t, 3])
        store(forms, form + _SHARE, share * share)
        store(forms, form + _WIDENING, half_square * 2.0 + 1.0)
        store(forms, form + _TO_VELOCITY, inverse * VELOCITY_UNIT)
        reach = widen(relative) * SUPPORT_SIGMA
        first = max(_n_below(edges, least_of(center - reach)) - 1, 0)
        for chunk in range(first, _n_below(edges, greatest_of(center + reach))):
            n = reaching[chunk, 0] + 1
            reaching[chunk, n] = t
            reaching[chunk, 0] = n


@numba.njit(cache=True, nogil=True)
def _n_below(edges, value):
    """How many of the edges lie below a value."""
    n = np.int64(0)
    for k in range(edges.size):
        n += edges[k] < value
    return n


@numba.njit(cache=True, nogil=True)
def _q_from(edge, places, t):
    """Where a chunk with this edge begins in the q of a term, and by how much q grows with ln λ."""
    center, scale = load(places, _N_PLACE * t + _CENTER), load(places, _N_PLACE * t + _SCALE)
    return narrow((edge - center) * scale), narrow(scale)


@numba.njit(cache=True, nogil=True)
def fill_profile(edge, offset, s, first, places, forms, t, A, at):
    """Fill the rows of A from ``at`` on with a term, times 1/σ, in the chunk that begins with the pixel ``first``."""
    start, scale = _q_from(edge, places, t)
    height = load(forms, _N_FORM * t + _HEIGHT)
    for i in range(CHUNK):
        q = scale * offset[first + i] + start
        a = q * q
        store(A, at + i, where_less(a, _LARGEST, halved(a) * height * s[first + i], 0.0))


@numba.njit(cache=True, nogil=True)
def add_derivatives(edge, offset, first, places, forms, t, weight, A, at, D, before, to):
    """Add ``weight`` times the derivatives of a filled term to rows of D in the chunk that begins with ``first``.

    What is in the rows from ``before`` on and those by ln FWHM are put into rows from ``to`` on; likewise those by
    velocity, `CHUNK` further on.
    """
    start, scale = _q_from(edge, places, t)
    own, form = narrow(weight), _N_FORM * t
    to_width = load(forms, form + _SHARE) * own
    widening = load(forms, form + _WIDENING) * to_width
    to_width = to_width * (2.0 / _LOG2_E)
    to_velocity = load(forms, form + _TO_VELOCITY) * own * (1.0 / _TO_Q)
    drift = own * (VELOCITY_UNIT / C_KMS)
    for i in range(CHUNK):
        q = scale * offset[first + i] + start
        a = load(A, at + i)
        store(D, to + i, load(D, before + i) + a * (to_width * q * q - widening))
        store(D, to + CHUNK + i, load(D, before + CHUNK + i) + a * (to_velocity * q - drift))
