"""How many Gaussians a profile needs.

A recipe offers several Gaussians for a broad line. Noise makes use of all of them, and then widths and offsets of
the sum scatter more than their linear errors say. So Gaussians are taken away again while the fit without one is
nearly as good; those that stay take over the width bands of those that go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from qsospec_duck.fitting.complex_model import ComplexModel, compile_complex
from qsospec_duck.models.program import IntArray
from qsospec_duck.models.recipes import ComponentRecipe

WORTH_CHI2 = 3.0
"""Rise of χ² from which on a Gaussian is needed: its number of parameters, what noise alone would bring. Stricter
criteria (6 of Akaike 1974, IEEE TAC 19, 716; 18 of BIC for 400 pixels) take away wings that are there, and the errors
of the second moment then miss the truth by several σ."""

Components = tuple[ComponentRecipe, ...]


@dataclass(frozen=True, eq=False)
class Removal:
    """One Gaussian less."""

    gone: str
    """Column that is taken away."""

    model: ComplexModel
    """What remains."""

    slots: IntArray
    """(n_par,) for each shape that remains, its place among the shapes before."""

    columns: tuple[int, ...]
    """Places of the columns that go, among those before."""


@cache
def removals(components: Components) -> tuple[Removal, ...]:
    """Every way to take one Gaussian from a profile that has several, or a droppable component as a whole."""
    places = {one.name: slot for slot, one in enumerate(compile_complex(components).program.parameters)}
    columns = compile_complex(components).program.columns
    out = []
    for gone, fewer, old_names in _without_one_gaussian(components):
        model = compile_complex(fewer)
        slots = [places[name] for name in _former_names(fewer, old_names)]
        kept = {old_names.get(name, name) for name in model.program.columns}
        lost = tuple(place for place, name in enumerate(columns) if name not in kept)
        out.append(Removal(gone, model, np.array(slots, dtype=np.int64), lost))
    return tuple(out)


def _former_names(components: Components, old_names: dict[str, str]) -> Iterator[str]:
    """Name that each shape had, from those of the columns that have changed."""
    for parameter in compile_complex(components).program.parameters:
        column, _, kind = parameter.name.rpartition("_")
        yield f"{old_names.get(column, column)}_{kind}"


def _without_one_gaussian(components: Components) -> Iterator[tuple[str, Components, dict[str, str]]]:
    """Column that is taken away, components that remain, and columns that are called otherwise with their old name."""
    for place, component in enumerate(components):
        if component.droppable and len(components) > 1:
            yield component.name, (*components[:place], *components[place + 1 :]), {}
        if component.count == 1 or component.kinematics is not None:
            continue
        for gone in range(component.count):
            fewer = replace(component, fwhm=_bands_without(component.fwhm, gone))
            kept = [number for number in range(component.count) if number != gone]
            names = {
                _column(component.name, new, fewer.count): _column(component.name, old, component.count)
                for new, old in enumerate(kept)
            }
            yield (
                _column(component.name, gone, component.count),
                (*components[:place], fewer, *components[place + 1 :]),
                names,
            )


def _column(name: str, number: int, count: int) -> str:
    return f"{name}_{number + 1}" if count > 1 else name


def _bands_without(bands: tuple[tuple[float, float], ...], gone: int) -> tuple[tuple[float, float], ...]:
    """The other bands, the neighbours of the gone one reaching over it."""
    out = []
    for number, (low, high) in enumerate(bands):
        if number == gone - 1:
            out.append((low, bands[gone][1]))
        elif number == gone + 1:
            out.append((bands[gone][0], high))
        elif number != gone:
            out.append((low, high))
    return tuple(out)
