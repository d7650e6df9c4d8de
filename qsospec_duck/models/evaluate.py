"""The compiled loop over pixels: columns of a program and their derivatives.

For pixel weights s = 1/σ every term t of a program has a row of values T[t] = s · (its share of a column), and

    A[j] = Σ_t T[t] over the terms of column j,      ∂A_j/∂θ_k = Σ_t ∂T[t]/∂θ_k.

Derivatives follow from the values without another exponential, so they are computed apart and only where they are
asked for. Each row comes with the range of pixels outside which it is exactly 0. With s = 1 the model is bare.

What is called for every term is compiled into its callers: handing a dozen arrays on takes as long as a hundred pixels.
So are the columns as a whole: of a function that several loops call, a process uses the machine code that it has loaded
first, and each loop's own may round differently in the last bit.
"""

from __future__ import annotations

import numba
import numpy as np

from qsospec_duck.models.bank_terms import fill_bank, fill_bank_slopes
from qsospec_duck.models.compiled_exp import FAST
from qsospec_duck.models.line_terms import BLOCK, add_line_derivatives, fill_line, place_and_width, reach_of_gaussian
from qsospec_duck.models.power_laws import add_broken_derivatives, add_power_derivative, fill_broken, fill_power
from qsospec_duck.models.program import Kind
from qsospec_duck.models.row_ranges import begin_or_widen, clear_others, move_range, widen
from qsospec_duck.models.warp import add_warp_derivative, warp_column

POWER, BROKEN, BANK, LINE, WARP = (int(kind) for kind in Kind)


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def fill_jacobian(x, s, theta, amplitudes, tables, rows, span):
    """Fill ∂F/∂p of the model F = s · Σ_j c_j A_j: shapes first, then amplitudes.

    Parameters
    ----------
    x : ndarray, shape (n,)
        ln λ of the pixels, increasing.
    s : ndarray, shape (n,)
        Factor of every pixel, 1/σ or 1.
    theta : ndarray, shape (n_par,)
        Shape parameters.
    amplitudes : ndarray, shape (n_col,)
        Columns without a positive one have no part in the derivatives by shapes.
    tables : tuple
        That of the `Program`.
    rows : ndarray, shape (n_par + n_col, n)
        Filled within the range that is returned, and left as it is outside.
    span : ndarray of int, shape (n_par + n_col, 2)
        Filled with the range of pixels outside which each row is 0.

    Returns
    -------
    first, last : int
        Range of pixels outside which the model is 0, and all of its derivatives.
    """
    n_par = theta.size
    terms, constants, bank_layout, bank_axes, bank_values = tables
    T, slopes, alone = np.empty((terms.shape[0], x.size)), np.empty((2, x.size)), alone_in_column(terms)
    A, span_t, (at, slopes_at) = rows[n_par:], np.empty((T.shape[0], 2), np.int64), never_filled(T.shape[0])
    begin, end = reach_of(x, theta, terms, constants)
    span[:, 0], span[:, 1] = begin, end
    D, begun = rows[:n_par], np.zeros(n_par, np.bool_)
    # Of thousands of pixels each row is zeroed at once: that is faster than what is spared where a term replaces zeros.
    clear_others(D, span, begun)
    begun[:] = True
    evaluate_columns_of(
        x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, alone, T, span_t, at, A, span[n_par:]
    )  # fmt: skip
    for t in range(terms.shape[0]):
        weight = amplitudes[terms[t, 1]]
        if weight > 0.0:
            first, last = span_t[t, 0], span_t[t, 1]
            values, row = place_of(t, terms, alone, T, A)
            add_derivatives(
                x, s, theta, t, terms, constants, bank_layout, bank_axes, bank_values, values, row, first, last, weight,
                D, span, begun, slopes, slopes_at, np.int64(0),
            )  # fmt: skip
    return begin, end


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def reach_of(x, theta, terms, constants):
    """Range of pixels outside which all columns of a program are 0: that of its lines, where it has nothing else."""
    begin, end = x.size, 0
    for t in range(terms.shape[0]):
        first, last = 0, x.size
        if terms[t, 0] == LINE:
            u, velocity = theta[terms[t, 2]] + constants[t, 3], theta[terms[t, 3]]
            center, sigma = place_and_width(u, velocity, constants[t, 0], constants[t, 2])
            first, last = reach_of_gaussian(x, center, sigma)
        if last > first:
            begin, end = min(begin, first), max(end, last)
    # Compiled elsewhere, the rim of a line may round to the next block.
    return max(min(begin, end) - BLOCK, 0), min(end + BLOCK, x.size)


@numba.njit(cache=True, nogil=True)
def alone_in_column(terms):
    """Which terms are all that their columns are made of: their values stand in the column's row."""
    alone = np.empty(terms.shape[0], np.bool_)
    for t in range(alone.size):
        alone[t] = terms[t, 0] != WARP
        for other in range(alone.size):
            alone[t] = alone[t] and (other == t or terms[other, 1] != terms[t, 1])
    return alone


@numba.njit(cache=True, nogil=True, inline="always")
def place_of(t, terms, alone, T, A):
    """Array and row in which the values of a term stand."""
    if alone[t]:
        rows, row = A, terms[t, 1]
    else:
        rows, row = T, t
    return rows, row


@numba.njit(cache=True, nogil=True)
def count_of(kind, terms):
    """Number of terms of a kind."""
    n = 0
    for t in range(terms.shape[0]):
        n += terms[t, 0] == kind
    return n


@numba.njit(cache=True, nogil=True)
def never_filled(n_term):
    """What ``at`` is of rows that hold nothing yet, twice: for values and for derivatives."""
    return np.full((n_term, 2), np.nan), np.full((n_term, 2), np.nan)


@numba.njit(cache=True, nogil=True)
def moves_to(theta, terms, t, at):
    """Note in ``at[t]`` the shapes of a template or a line; whether they are others than those noted before.

    A power law always counts as moved, since a term of kind ``WARP`` may have multiplied its row.
    """
    if terms[t, 0] != BANK and terms[t, 0] != LINE:
        return True
    u, velocity = theta[terms[t, 2]], theta[terms[t, 3]]
    has_moved = at[t, 0] != u or at[t, 1] != velocity
    at[t, 0], at[t, 1] = u, velocity
    return has_moved


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def evaluate_columns_of(
    x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, alone, T, span_t, at, A, span
):  # fmt: skip
    """Fill term values ``T`` (n_term, n) and columns ``A`` (n_col, n) with their ranges of pixels.

    ``A`` and ``span`` come in as this function left them, as zeros, or with whatever the array held and all of its
    pixels as ranges. ``T`` holds meaningful values only inside ``span_t``, and none of the terms that are ``alone`` in
    their column (`place_of`). Rows stay as they are where ``at`` (n_term, 2) says that they were filled at these
    shapes: a shape on its bound moves no more, and a fit begins again where the best short one ended.
    """
    for t in range(terms.shape[0]):
        if not alone[t]:
            move_range(A, span, terms[t, 1], 0, 0)
    for t in range(terms.shape[0]):
        column = terms[t, 1]
        if terms[t, 0] == WARP:
            bank = terms[t, 4]
            warp_column(x, theta[terms[t, 2]], terms, t, bank_layout[bank], bank_axes[bank], bank_values, T, A)
            span_t[t, 0], span_t[t, 1] = 0, x.size
            continue
        rows, row = place_of(t, terms, alone, T, A)
        if moves_to(theta, terms, t, at):
            span_t[t, 0], span_t[t, 1] = fill_term(
                x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, t, rows, row
            )  # fmt: skip
        first, last = span_t[t, 0], span_t[t, 1]
        if alone[t]:
            move_range(A, span, column, first, last)
        elif last > first:
            widen(span, column, first, last)
            for i in range(np.uintp(first), np.uintp(last)):
                A[column, i] += T[t, i]


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def fill_term(x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, t, T, row):
    """Fill ``T[row]`` with term t, which is no warp; returns its range of pixels, outside which it is 0."""
    kind, slot_a, slot_b = terms[t, 0], terms[t, 2], terms[t, 3]
    first, last = 0, x.size
    if kind == POWER:
        fill_power(x, s, theta[slot_a], constants[t, 0], T[row])
    elif kind == BROKEN:
        fill_broken(x, s, theta[slot_a], theta[slot_b], constants[t, 0], constants[t, 1], T[row])
    elif kind == BANK:
        bank = terms[t, 4]
        first, last = fill_bank(
            x, s, theta[slot_a], theta[slot_b], bank_layout[bank], bank_axes[bank], bank_values, T[row]
        )  # fmt: skip
    else:
        u = theta[slot_a] + constants[t, 3]
        first, last = fill_line(x, s, u, theta[slot_b], constants[t, 0], constants[t, 1], constants[t, 2], T, row)
    return first, last


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def columns_of(x, s, theta, tables, n_col):
    """Columns (n_col, n), times ``s`` (n,), and their ranges of pixels; ``tables`` is that of the `Program`."""
    terms, constants, bank_layout, bank_axes, bank_values = tables
    T, span_t = np.empty((terms.shape[0], x.size)), np.empty((terms.shape[0], 2), np.int64)
    A, span = np.zeros((n_col, x.size)), np.zeros((n_col, 2), np.int64)
    alone, (at, _) = alone_in_column(terms), never_filled(terms.shape[0])
    evaluate_columns_of(
        x, s, theta, terms, constants, bank_layout, bank_axes, bank_values, alone, T, span_t, at, A, span
    )  # fmt: skip
    return A, span


@numba.njit(cache=True, fastmath=FAST, nogil=True)
def sum_of_columns(x, theta, amplitudes, tables):
    """The model, shape (n,), at pixels of ln λ ``x`` (n,); ``tables`` is that of the `Program`."""
    terms, constants, bank_layout, bank_axes, bank_values = tables
    out, ones = np.zeros(x.size), np.ones(x.size)
    if count_of(WARP, terms) > 0:
        A, span = columns_of(x, ones, theta, tables, amplitudes.size)
        for column in range(amplitudes.size):
            for i in range(np.uintp(span[column, 0]), np.uintp(span[column, 1])):
                out[i] += amplitudes[column] * A[column, i]
        return out
    T = np.empty((1, x.size))
    for t in range(terms.shape[0]):
        amplitude = amplitudes[terms[t, 1]]
        if amplitude != 0.0:
            first, last = fill_term(
                x, ones, theta, terms, constants, bank_layout, bank_axes, bank_values, t, T, np.int64(0)
            )  # fmt: skip
            for i in range(np.uintp(first), np.uintp(last)):
                out[i] += amplitude * T[0, i]
    return out


@numba.njit(cache=True, fastmath=FAST, nogil=True, inline="always")
def add_derivatives(
    x, s, theta, t, terms, constants, bank_layout, bank_axes, bank_values, values, row, first, last, weight, D, span,
    begun, slopes, slopes_at, template,
):  # fmt: skip
    """Add weight · ∂values[row]/∂θ_a and weight · ∂values[row]/∂θ_b to the rows of both shapes.

    Parameters
    ----------
    t : int
        The term.
    values : ndarray, shape (n_row, n)
    row : int
        Where its values stand (`place_of`).
    first, last : int
        Its range of pixels.
    weight : float
        The column's amplitude.
    D : ndarray, shape (n_par, n)
    span : ndarray of int, shape (n_par, 2)
        Ranges of its rows; those of an evaluation before where a row is not begun.
    begun : ndarray of bool, shape (n_par,)
        Rows that terms before have begun.
    slopes : ndarray, shape (2 n_template, n)
        Derivatives of templates, of weight 1.
    slopes_at : ndarray, shape (n_term, 2)
        The shapes that those of each term were filled at; they stay where these are the same.
    template : int
        Which of the templates in ``slopes`` the term is, if it is one.
    """
    if last <= first:
        return
    kind, bank = terms[t, 0], terms[t, 4]
    slot_a, slot_b = terms[t, 2], terms[t, 3]
    old_a = begin_or_widen(D, span, begun, slot_a, first, last)
    old_b = slot_b >= 0 and begin_or_widen(D, span, begun, slot_b, first, last)
    if kind == POWER:
        add_power_derivative(x, constants[t, 0], values[row], first, last, weight, D, slot_a, old_a)
    elif kind == BROKEN:
        add_broken_derivatives(
            x, constants[t, 0], constants[t, 1], values[row], first, last, weight, D, slot_a, slot_b, old_a, old_b
        )
    elif kind == BANK:
        by_width, by_velocity = slopes[2 * template], slopes[2 * template + 1]
        if moves_to(theta, terms, t, slopes_at):
            fill_bank_slopes(
                x[first:last], s[first:last], theta[slot_a], theta[slot_b], bank_layout[bank], bank_axes[bank],
                bank_values, by_width[first:last], by_velocity[first:last],
            )  # fmt: skip
        for i in range(np.uintp(first), np.uintp(last)):
            before_a, before_b = D[slot_a, i], D[slot_b, i]
            D[slot_a, i] = before_a + weight * by_width[i] if old_a else weight * by_width[i]
            D[slot_b, i] = before_b + weight * by_velocity[i] if old_b else weight * by_velocity[i]
    elif kind == WARP:
        add_warp_derivative(x, bank_layout[bank], bank_axes[bank], bank_values, weight, values[row], D[slot_a], old_a)
    else:
        add_line_derivatives(
            x, theta[slot_a] + constants[t, 3], theta[slot_b], constants[t, 0], constants[t, 2], values, row, first,
            last, weight, D, slot_a, slot_b, old_a, old_b,
        )  # fmt: skip
