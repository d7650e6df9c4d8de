"""Rows of measurements in columns: labels that all fits share, and the numbers of one.

Of the ten fields of a `Measurement` eight are the same in every fit of a quantity. They stand in labels, which are made
once; a fit adds arrays of values and errors, and rows become `Measurement` when a user looks at them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from qsospec_duck.fitting.computed_later import ComputedLater
from qsospec_duck.fitting.fit_value import fit_value
from qsospec_duck.fitting.result import FloatArray, Measurement


class Label(NamedTuple):
    """A measurement without its value and error: fields as those of `qsospec_duck.fitting.result.Measurement`."""

    section: str
    quantity: str
    unit: str
    recipe_id: str | None = None
    feature_id: str | None = None
    role: str | None = None
    measure: str | None = None
    method: str = "covariance"


Row = tuple[Label, float, float]
"""Label, value and 1σ error, NaN where none is defined."""


@fit_value
class Rows:
    """Some measurements that belong together."""

    labels: tuple[Label, ...]
    values: FloatArray
    """(n,) NaN where there is no such row."""

    errors: FloatArray
    """(n,) 1σ, NaN where none is defined."""

    def __iter__(self) -> Iterator[Row]:
        for row in zip(self.labels, self.values.tolist(), self.errors.tolist(), strict=True):
            if not math.isnan(row[1]):
                yield row


class MeasurementTable(ComputedLater[Measurement]):
    """All measurements of a fit, one after another."""

    def __init__(self, parts: Sequence[Rows]) -> None:
        super().__init__(partial(_measurements, parts))
        self.parts = parts


def _measurements(parts: Sequence[Rows]) -> Iterator[Measurement]:
    for part in parts:
        for label, value, error in part:
            section, quantity, unit, recipe_id, feature_id, role, measure, method = label
            known = None if math.isnan(error) else error
            yield Measurement(section, quantity, value, known, unit, recipe_id, feature_id, role, measure, method)


def in_columns(rows: Iterable[Row]) -> Rows:
    """Rows one by one as columns."""
    labels, values, errors = tuple(zip(*rows, strict=True)) or ((), (), ())
    return Rows(labels, np.array(values, dtype=float), np.array(errors, dtype=float))


def labelled(measurements: Iterable[Measurement]) -> Rows:
    """Measurements as columns."""
    return in_columns(
        (
            Label(
                one.section, one.quantity, one.unit, one.recipe_id, one.feature_id, one.role, one.measure, one.method
            ),
            one.value,
            math.nan if one.error is None else one.error,
        )
        for one in measurements
    )
