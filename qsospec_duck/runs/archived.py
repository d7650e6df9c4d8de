"""One object of a run, as its fit was: arrays from the models table, numbers from the measurements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from qsospec_duck.errors import NotInRunError
from qsospec_duck.fitting.result import ComplexFit, ContinuumFit, FitResult, FitWarning, Measurement
from qsospec_duck.runs.bundle import RunBundle, open_run
from qsospec_duck.runs.rebuild import read_model_row, rebuild_result
from qsospec_duck.spectra import Spectrum

AnyModel = TypeVar("AnyModel", bound="ArchivedModel")


class Measurements(Sequence[Measurement]):
    """Measurements of one object: a sequence that also answers to names.

    ``measurements["hb_broad_fwhm"]`` is the `Measurement` of that quantity, with ``value``, ``error`` and
    ``unit``; where several complexes measure the same quantity, ``measurements["chi2", "mgii"]`` says which.
    """

    def __init__(self, rows: Sequence[Measurement]) -> None:
        self._rows = tuple(rows)

    @overload
    def __getitem__(self, which: int) -> Measurement: ...
    @overload
    def __getitem__(self, which: slice) -> Sequence[Measurement]: ...
    @overload
    def __getitem__(self, which: str | tuple[str, str | None]) -> Measurement: ...
    def __getitem__(self, which: Any) -> Any:
        if isinstance(which, int | slice):
            return self._rows[which]
        quantity, *recipe = (which,) if isinstance(which, str) else which
        found = [row for row in self._rows if row.quantity == quantity and recipe in ([], [row.recipe_id])]
        if len(found) > 1:
            # The parameter of a component of one Gaussian is called as the line's own measure: that one is meant.
            found = [row for row in found if row.section != "complex_parameter"] or found
        if len(found) == 1:
            return found[0]
        if not found:
            raise NotInRunError(f"no measurement {which!r}; there are {len(self._rows)}, see names().")
        places = ", ".join(f"({row.quantity!r}, {row.recipe_id!r})" for row in found)
        raise NotInRunError(f"{len(found)} measurements are called {which!r}; give one of {places}.")

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Measurement]:
        return iter(self._rows)

    def __contains__(self, which: object) -> bool:
        return which in self._rows or any(row.quantity == which for row in self._rows)

    def __repr__(self) -> str:
        return f"<{len(self._rows)} measurements>"

    def names(self) -> list[str]:
        """Names of all quantities, each once, in the order of the fit."""
        return list(dict.fromkeys(row.quantity for row in self._rows))

    def value(self, which: str | tuple[str, str | None]) -> float:
        """Value of a quantity; NaN where it was not measured."""
        try:
            return self[which].value
        except NotInRunError:
            return float("nan")


@dataclass(frozen=True)
class ArchivedModel:
    """One fitted object of a run."""

    run: RunBundle
    object_key: str
    fit: FitResult
    """The fit; arrays at float32 accuracy."""

    @property
    def object_id(self) -> str:
        """Scientific name."""
        return self.fit.spectrum.object_id

    @property
    def spectrum(self) -> Spectrum:
        """Rest frame, as it was fitted."""
        return self.fit.spectrum

    @property
    def continuum(self) -> ContinuumFit:
        """Continuum: model, components, masks."""
        return self.fit.continuum

    @property
    def complexes(self) -> Mapping[str, ComplexFit]:
        """Fitted line complexes by recipe id."""
        return self.fit.complexes

    @property
    def complex_statuses(self) -> Mapping[str, str]:
        """Outcome of every recipe."""
        return self.fit.complex_statuses

    @property
    def measurements(self) -> Measurements:
        """Measurements, by position or by name."""
        return Measurements(self.fit.measurements)

    @property
    def warnings(self) -> tuple[FitWarning, ...]:
        """What did not go normally."""
        return self.fit.warnings

    @property
    def warning_codes(self) -> tuple[str, ...]:
        """Codes of all warnings, sorted, each once."""
        return self.fit.warning_codes

    @property
    def host_model(self) -> NDArray[np.float64] | None:
        """(n_pix,) host galaxy, rest frame; ``None`` where no host was fitted."""
        return self.fit.host_model

    @property
    def total_flux(self) -> NDArray[np.float64] | None:
        """(n_pix,) flux before the host was removed; ``None`` where no host was fitted."""
        return self.fit.total_flux

    @property
    def model(self) -> NDArray[np.float64]:
        """(n_pix,) continuum plus all complexes (plus host where there is one)."""
        return self.fit.model

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Configuration hash, software version, seconds spent by stage."""
        return self.fit.metadata

    def value(self, quantity: str, recipe_id: str | None = None) -> float:
        """Value of a measurement by its quantity name; NaN where it was not measured."""
        return self.fit.value(quantity, recipe_id)


@overload
def load_archived_model(run: RunBundle | Path | str, identifier: str) -> ArchivedModel: ...
@overload
def load_archived_model(run: RunBundle | Path | str, identifier: str, kind: type[AnyModel]) -> AnyModel: ...
def load_archived_model(run: RunBundle | Path | str, identifier: str, kind: type[Any] = ArchivedModel) -> Any:
    """Load one object of a run; only the row group that holds it is read.

    Parameters
    ----------
    run : RunBundle or path
    identifier : str
        Its key, or its id where no other object has the same.
    kind : type
        `ArchivedModel` or a subclass with more to it.

    Raises
    ------
    NotInRunError
        No object is called so (the message names similar ones), or several are (it names their keys).
    """
    bundle = run if isinstance(run, RunBundle) else open_run(run)
    object_key, shard = bundle.locate(str(identifier))
    result = rebuild_result(
        read_model_row(shard, object_key),
        bundle.rows_of("objects", object_key, shard),
        bundle.rows_of("measurements", object_key, shard),
        bundle.rows_of("warnings", object_key, shard),
    )
    return kind(bundle, object_key, result)
