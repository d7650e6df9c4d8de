"""Arrays that loops use without counting references."""

import resource

import numba
import numpy as np

from qsospec_duck.models.borrowed import borrowed, keep


@numba.njit
def total(arrays):
    (first, second), third = arrays
    out = 0.0
    for values in (first, second, third):
        for i in range(values.size):
            out += values[i]
    return out


@numba.njit
def total_of_own(n):
    own = (np.full(n, 1.0), np.full(n, 2.0)), np.full(n, 3.0)
    found = total(borrowed(own))
    # What is allocated before `keep` must not get the memory of what is borrowed.
    other = np.full(n, -7.0)
    again = total(borrowed(own))
    keep(own)
    return found, again, other[0]


def test_borrowed_arrays_are_the_arrays():
    given = (np.arange(4.0), np.arange(3.0)), np.arange(2.0)
    assert total(given) == 10.0

    @numba.njit
    def lend(arrays):
        return total(borrowed(arrays))

    assert lend(given) == 10.0


def test_owner_keeps_them_while_they_are_used():
    for n in (1, 7, 4000, 400_000):
        assert total_of_own(n) == (6.0 * n, 6.0 * n, -7.0)


def test_lending_leaves_no_array_behind():
    n = 200_000
    total_of_own(n)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(100):
        total_of_own(n)
    # In kB; a hundred times four arrays of 1.6 MB would be 640 MB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
