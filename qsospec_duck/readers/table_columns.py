"""Columns of a table by the names that people give them, whatever the file format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from qsospec_duck.fits.refusal import refusal

# In lower case, the first that is there is taken.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "wavelength": ("wavelength", "wave", "lambda", "lam", "wave_obs", "wavelength_obs", "loglam", "log_lambda"),
    "flux": ("flux", "flam", "f_lambda", "flux_lambda", "fluxdensity", "flux_density", "fnu", "f_nu"),
    "error": (
        "error",
        "err",
        "sigma",
        "flux_err",
        "flux_error",
        "e_flux",
        "fluxerr",
        "flux_sigma",
        "uncertainty",
        "noise",
        "std",
    ),
    "ivar": ("ivar", "inverse_variance", "flux_ivar", "invvar"),
    "mask": ("mask_array", "mask", "and_mask"),
    "object_id": ("object_id", "name", "object", "id", "targetid", "target_id"),
    "target_id": ("target_id", "targetid"),
    "ra": ("ra", "target_ra", "ra_deg", "raj2000"),
    "dec": ("dec", "target_dec", "dec_deg", "dej2000", "decl"),
    "z": ("z", "redshift", "zbest", "z_best"),
    "zwarn": ("zwarn", "zwarning"),
    "spectype": ("spectype", "class"),
    "ebv": ("ebv", "e_bv", "ebv_sfd"),
}
_PIXELS = ("wavelength", "flux", "error", "ivar", "mask")


def scalar_aliases() -> frozenset[str]:
    """Columns of the relation, other than pixels, that are known under several names."""
    return frozenset(ALIASES) - frozenset(_PIXELS)


def find(what: str, names: Iterable[str]) -> str | None:
    """Find the column that holds a quantity, ``None`` where there is none."""
    by_lower: dict[str, str] = {}
    for name in names:
        by_lower.setdefault(name.lower(), name)
    return next((by_lower[alias] for alias in ALIASES[what] if alias in by_lower), None)


@dataclass(frozen=True)
class Loaded:
    """A table in memory: an Arrow table, units by column, and what the header says of the whole."""

    table: pa.Table
    units: Mapping[str, str] = field(default_factory=dict)
    header: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Column names."""
        return list(self.table.column_names)

    @property
    def n_rows(self) -> int:
        """Rows of the table."""
        return int(self.table.num_rows)

    @property
    def is_nested(self) -> bool:
        """One spectrum a row: the flux is a list."""
        flux = find("flux", self.names)
        return flux is not None and self.is_list(flux)

    @property
    def is_log_wavelength(self) -> bool:
        """The wavelength column is log10 of the wavelength."""
        return str(find("wavelength", self.names)).lower() in ("loglam", "log_lambda")

    def is_list(self, name: str) -> bool:
        """Tell whether the column holds a list in each row."""
        kind = self.table.schema.field(name).type
        return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))

    def unit(self, what: str) -> str | None:
        """Look up the unit that the file states for a quantity."""
        name = find(what, self.names)
        return self.units.get(name) if name else None

    def values(self, name: str, rows: Sequence[int]) -> list[Any]:
        """Values of a column in some rows."""
        return list(self.table[name].take(pa.array(rows, pa.int64())).to_pylist())

    def array(self, path: str | Path, what: str, row: int | None) -> NDArray[np.float64]:
        """Pixels of a quantity as doubles: of a row where a row is a spectrum, else the whole column."""
        found = self.optional(what, row)
        if found is None:
            raise refusal(path, f"columns are {', '.join(self.names)}", f"a {what} column ({', '.join(ALIASES[what])})")
        return found

    def optional(self, what: str, row: int | None) -> NDArray[np.float64] | None:
        """As `array`, ``None`` where there is no such column."""
        name = find(what, self.names)
        if name is None:
            return None
        if row is not None and not self.is_list(name):
            # A scalar beside list columns, such as a quality flag, is no array of pixels.
            return None
        column = self.table[name] if row is None else self.table[name][row].values
        if column is None:
            return None
        try:
            return np.asarray(
                column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy(),
                dtype=np.float64,
            )
        except (TypeError, ValueError) as error:
            raise refusal(
                self.header.get("path", "table"), f"column {name} holds no numbers ({error})", "numbers"
            ) from error

    def scalar(self, what: str) -> Any:
        """Find a value for the whole file: a card of the header, or a column with one value in all rows."""
        for alias in ALIASES[what]:
            value = next((value for key, value in self.header.items() if key.lower() == alias), None)
            if value is not None and (what == "object_id" or _is_number(value)):
                return value if what == "object_id" else float(value) if what != "target_id" else int(value)
        name = find(what, self.names)
        if name is None or self.n_rows == 0 or self.is_list(name):
            return None
        distinct = self.table[name].unique()
        return distinct[0].as_py() if len(distinct) == 1 else None


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
