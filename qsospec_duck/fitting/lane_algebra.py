"""Amplitudes and steps of eight fits at once: the algebra of `amplitudes` and `shape_step`, lane by lane.

Matrices are rows of eight numbers (`qsospec_duck.models.lanes`), entry (i, k) of a matrix with n columns in row
i n + k. What is 1.0 or 0.0 in a lane says yes or no. Rows and columns that do not take part in a lane are those of a
unit matrix there.
"""

from __future__ import annotations

import numba

from qsospec_duck.models.lanes import any_less, in_all_lanes, load, store, where_less

STEP_TURNS = 2
"""How often a step is solved for, shapes that would cross a bound being held there the next time; what crosses one in
the last turn is cut off."""


@numba.njit(cache=True, nogil=True)
def factorise(M, n, floors):
    """L and D of M = L D Lᵀ in place, as `qsospec_duck.fitting.amplitudes.factorise`.

    Column after column is taken from all that is left, in which no number waits for another.
    """
    for i in range(n):
        store(floors, i, load(M, i * n + i) * 1e-12)
    for k in range(n):
        pivot, floor = load(M, k * n + k), load(floors, k)
        inverse = 1.0 / where_less(pivot, floor, floor, pivot)
        store(M, k * n + k, inverse)
        for i in range(k + 1, n):
            own = load(M, i * n + k)
            # The entries of column k above row i are shares already.
            for j in range(k + 1, i):
                store(M, i * n + j, load(M, i * n + j) - own * load(M, j * n + k))
            share = own * inverse
            store(M, i * n + i, load(M, i * n + i) - own * share)
            store(M, i * n + k, share)


@numba.njit(cache=True, nogil=True)
def substitute(M, n, z):
    """Solve L D Lᵀ z = z in place with the factors of `factorise`."""
    for i in range(n):
        total = load(z, i)
        for k in range(i):
            total = total - load(M, i * n + k) * load(z, k)
        store(z, i, total)
    for i in range(n - 1, -1, -1):
        total = load(z, i) * load(M, i * n + i)
        # What was found last comes last: the others need not wait for it.
        for k in range(n - 1, i, -1):
            total = total - load(M, k * n + i) * load(z, k)
        store(z, i, total)


@numba.njit(cache=True, nogil=True)
def _put_chosen(G, n, chosen, on_diagonal, M):
    """Fill the lower triangle of M with the chosen rows and columns of G, whose diagonal is multiplied by a factor."""
    for i in range(n):
        own = load(chosen, i)
        for k in range(i):
            store(M, i * n + k, load(G, i * n + k) * own * load(chosen, k))
        store(M, i * n + i, where_less(0.0, own, load(G, i * n + i) * on_diagonal, 1.0))


@numba.njit(cache=True, nogil=True)
def lane_amplitudes(G, b, n, c, passive, room):
    """Non-negative least squares on moments, as `qsospec_duck.fitting.amplitudes.solve_amplitudes`.

    Parameters
    ----------
    G, b : ndarray, shapes (n², lanes) and (n, lanes)
    c, passive : ndarray, shape (n, lanes)
        Out: amplitudes. In and out: the columns with c > 0.
    room : tuple of ndarray
        M (n², lanes), and z, row and banned, (n, lanes) each.
    """
    M, z, row, banned = room
    for j in range(n):
        is_seen = where_less(0.0, load(G, j * n + j), 1.0, 0.0)
        store(c, j, in_all_lanes(0.0))
        store(passive, j, load(passive, j) * is_seen)
        store(banned, j, 1.0 - is_seen)
    for _ in range(3 * n + 3):
        _put_chosen(G, n, passive, in_all_lanes(1.0), M)
        for i in range(n):
            store(z, i, load(passive, i) * load(b, i))
        factorise(M, n, row)
        substitute(M, n, z)
        step = _walk_back(n, z, c, passive)
        # Where none was negative: the column along which χ² falls fastest comes in.
        best, fall, of_square = in_all_lanes(-1.0), in_all_lanes(0.0), in_all_lanes(1.0)
        for j in range(n):
            may_come = where_less(step, 1.0, 0.0, (1.0 - load(banned, j)) * (1.0 - load(passive, j)))
            if not any_less(0.5, may_come):
                continue
            slope = load(b, j)
            for k in range(n):
                slope = slope - load(G, j * n + k) * load(c, k)
            size = load(b, j)
            size = where_less(size, 0.0, 0.0 - size, size)
            squared, square = slope * slope, load(G, j * n + j)
            own = where_less(fall * square, squared * of_square, may_come, 0.0)
            own = where_less(size * 1e-10, slope, own, 0.0)
            fall, of_square = where_less(0.0, own, squared, fall), where_less(0.0, own, square, of_square)
            best = where_less(0.0, own, j * 1.0, best)
        # A step below 1 is followed by another solution, and so is a column that comes in.
        if not any_less(where_less(step, 1.0, -1.0, 0.0 - best), 0.5):
            break
        for j in range(n):
            is_best = where_less(best, j - 0.5, 0.0, where_less(j + 0.5, best, 0.0, 1.0))
            stays = where_less(best, -0.5, 1.0, where_less(0.0, load(c, j), 1.0, 0.0))
            store(passive, j, where_less(0.0, is_best, 1.0, load(passive, j) * stays))
            store(banned, j, where_less(0.0, is_best, 1.0, load(banned, j)))


@numba.njit(cache=True, nogil=True)
def _walk_back(n, z, c, passive):
    """Go from c to the solution z, or to the boundary where a passive z is not positive; returns how far, 1 at most."""
    step, blocked = in_all_lanes(1.0), in_all_lanes(0.0)
    for i in range(n):
        blocked = blocked + where_less(0.0, load(z, i), 0.0, load(passive, i))
    if not any_less(0.5, blocked):
        for i in range(n):
            store(c, i, load(z, i))
        return step
    for i in range(n):
        now, new = load(c, i), load(z, i)
        ratio = where_less(new, now, now / (now - new), 0.0)
        ratio = where_less(0.0, new, 1.0, where_less(0.0, load(passive, i), ratio, 1.0))
        step = where_less(ratio, step, ratio, step)
    for i in range(n):
        now, new = load(c, i), load(z, i)
        is_far = where_less(step * (1.0 + 1e-12) * (now - new), now, 1.0, 0.0)
        stays = where_less(0.0, new, 1.0, is_far)
        stays = where_less(step, 1.0, stays, 1.0)
        kept = load(passive, i) * stays
        store(passive, i, kept)
        store(c, i, kept * where_less(step, 1.0, now + step * (new - now), new))
    return step


@numba.njit(cache=True, nogil=True)
def lane_project(H, n_par, X, n_col, passive, room):
    """H − X G⁻¹ Xᵀ over the passive columns in place of H; X is used up.

    The first of ``room`` holds the factors of G as `lane_amplitudes` left them: those of its last solution, which was
    on the passive columns.
    """
    M, work, _, _ = room
    for k in range(n_par):
        at = k * n_col
        for a in range(n_col):
            total = load(X, at + a) * load(passive, a)
            for e in range(a):
                total = total - load(M, a * n_col + e) * load(X, at + e)
            store(X, at + a, total)
        for a in range(n_col):
            store(work, a, load(X, at + a) * load(M, a * n_col + a))
        for m in range(k + 1):
            total = load(H, k * n_par + m)
            for a in range(n_col):
                total = total - load(work, a) * load(X, m * n_col + a)
            store(H, k * n_par + m, total)
            store(H, m * n_par + k, total)


@numba.njit(cache=True, nogil=True)
def lane_step(H, g, n, movable, damping, theta, low, high, delta, room):
    """Step of (H + λ diag H) δ = g inside the bounds, as `qsospec_duck.fitting.shape_step.damped_step`.

    Parameters
    ----------
    H, g, movable, theta, delta : ndarray, shapes (n², lanes) and (n, lanes)
        ``delta`` is filled.
    damping : lanes
    low, high : ndarray, shape (n,)
    room : tuple of ndarray
        M (n², lanes), and z, row and open, (n, lanes) each.

    Returns
    -------
    lanes
        Σ H_kk δ_k².
    """
    M, z, row, still = room
    for k in range(n):
        store(delta, k, in_all_lanes(0.0))
        store(still, k, load(movable, k))
    for turn in range(STEP_TURNS):
        _put_chosen(H, n, still, damping + 1.0, M)
        for i in range(n):
            total = load(g, i)
            if turn > 0:
                for m in range(n):
                    total = total - load(H, i * n + m) * load(delta, m)
            store(z, i, load(still, i) * total)
        factorise(M, n, row)
        substitute(M, n, z)
        crossed = in_all_lanes(0.0)
        for k in range(n):
            own, at, to = load(still, k), load(theta, k), load(delta, k)
            wanted = at + load(z, k)
            below, above = where_less(wanted, low[k], own, 0.0), where_less(high[k], wanted, own, 0.0)
            to = where_less(0.0, below, low[k] - at, to)
            store(delta, k, where_less(0.0, above, high[k] - at, to))
            store(still, k, own - below - above)
            crossed = crossed + below + above
        # Lanes where nothing has crossed find the same again.
        if not any_less(0.0, crossed):
            break
    for k in range(n):
        at, to = load(theta, k), where_less(0.0, load(still, k), load(z, k), load(delta, k))
        to = where_less(to, low[k] - at, low[k] - at, to)
        store(delta, k, where_less(high[k] - at, to, high[k] - at, to))
    length = in_all_lanes(0.0)
    for k in range(n):
        to = load(delta, k)
        length = length + load(H, k * n + k) * to * to
    return length


@numba.njit(cache=True, nogil=True)
def lane_shortening(H, n, room):
    """By how much −½ Σ H_kk δ_k² grows with the damping of the step that `lane_step` found last."""
    M, step, right, still = room
    for k in range(n):
        own = load(H, k * n + k) * load(step, k) * load(still, k)
        store(right, k, own)
        store(step, k, own)
    substitute(M, n, step)
    total = in_all_lanes(0.0)
    for k in range(n):
        total = total + load(right, k) * load(step, k)
    return total


@numba.njit(cache=True, nogil=True)
def lane_promise(H, g, n, delta):
    """2 gᵀδ and δᵀHδ: the fall of χ², if it were quadratic, is their difference."""
    slope, bend = in_all_lanes(0.0), in_all_lanes(0.0)
    for k in range(n):
        to = load(delta, k)
        slope = slope + load(g, k) * to * 2.0
        total = in_all_lanes(0.0)
        for m in range(n):
            total = total + load(H, k * n + m) * load(delta, m)
        bend = bend + total * to
    return slope, bend
