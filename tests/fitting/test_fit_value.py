"""Values inside a fit: plain dataclasses, equal to themselves alone, that find what they know of themselves once."""

from dataclasses import replace

from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.found_once import found_once


@fit_value
class Pair:
    first: int
    second: int

    @found_once
    def parts(self) -> list[int]:
        """Both."""
        return [self.first, self.second]


def test_a_fit_value_is_equal_to_itself_alone():
    pair = Pair(1, 2)
    assert pair == pair
    assert pair != Pair(1, 2)
    assert len({pair, Pair(1, 2)}) == 2


def test_what_is_found_once_is_found_anew_for_a_changed_copy():
    pair = Pair(1, 2)
    assert pair.parts is pair.parts
    assert replace(pair, second=3).parts == [1, 3]
    assert Pair.parts.__doc__ == "Both."
