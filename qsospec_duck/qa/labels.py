"""Where line names go so that none touches another, its leader line or the edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Wish:
    """A label that wants to stand above ``x``."""

    text: str
    x: float
    """Inches from the left edge of the band."""

    width: float
    """Inches."""

    rank: float
    """The greater, the earlier it is placed."""


@dataclass(frozen=True)
class Placed:
    """A label with a place."""

    wish: Wish
    center: float
    """Middle of the label: inches from the left edge of the band."""

    row: int
    """0 is the row next to the panel."""


@dataclass(frozen=True)
class _Box:
    left: float
    right: float
    first_row: int
    last_row: int

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.first_row <= other.last_row
            and other.first_row <= self.last_row
        )


def place_labels(
    wishes: Sequence[Wish], band_width: float, n_rows: int, *, gap: float = 0.05, reach: float = 0.3
) -> list[Placed]:
    """Give places to labels, the most important first; one that finds none is left out.

    A label takes the lowest row where it fits, shifted sideways by at most ``reach``; a leader runs from ``x``
    at the foot of the band to the foot of its row and, where the label was shifted, on to the label.

    Parameters
    ----------
    wishes : sequence of Wish
    band_width : float
        Inches; labels stay inside.
    n_rows : int
    gap : float
        Least distance between two labels in a row [inches].
    reach : float
        Largest shift [inches].

    Returns
    -------
    list of Placed
        In order of ``x``.
    """
    placed: list[Placed] = []
    taken: list[_Box] = []
    shifts = [0.0]
    for step in range(1, 7):
        shifts += [reach * step / 6, -reach * step / 6]
    for wish in sorted(wishes, key=lambda wish: (-wish.rank, wish.x)):
        if not 0.0 <= wish.x <= band_width or wish.width > band_width:
            continue
        options = [(row, shift) for row in range(n_rows) for shift in shifts]
        for row, shift in options:
            center = min(max(wish.x + shift, 0.5 * wish.width), band_width - 0.5 * wish.width)
            # The leader ends under its own label.
            if abs(center - wish.x) > 0.5 * wish.width:
                continue
            label = _Box(center - 0.5 * wish.width - 0.5 * gap, center + 0.5 * wish.width + 0.5 * gap, row, row)
            leader = _Box(wish.x - 0.3 * gap, wish.x + 0.3 * gap, 0, row - 1)
            boxes = [label, leader] if row else [label]
            if not any(box.meets(other) for box in boxes for other in taken):
                taken += boxes
                placed.append(Placed(wish, center, row))
                break
    return sorted(placed, key=lambda one: one.wish.x)
